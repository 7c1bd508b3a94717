package io.assize.prompt;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.InterpretException;
import com.hubspot.jinjava.interpret.JinjavaInterpreter;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.interpret.TemplateError.ErrorType;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import com.hubspot.jinjava.tree.Node;
import io.assize.config.UserError;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The one template engine. Values are only ever inserted, never read as templates (nested
 * interpretation is off). Blocks are trimmed, as Hugging Face does for chat templates; includes,
 * imports and macros from files are switched off.
 */
final class Jinja {
  private static final Jinjava ENGINE = engine();

  /** What a thread's templates see around their values; making it takes longer than rendering. */
  private static final ThreadLocal<Context> SURROUNDINGS =
      ThreadLocal.withInitial(
          () ->
              new Context(
                  ENGINE.getGlobalContextCopy(), Map.of(), ENGINE.getGlobalConfig().getDisabled()));

  /** Templates of a thread as trees: parsing one takes longer than rendering it. */
  private static final ThreadLocal<Map<String, Node>> PARSED =
      ThreadLocal.withInitial(HashMap::new);

  private Jinja() {}

  static String render(String template, Map<String, ?> values) {
    Context context =
        new Context(SURROUNDINGS.get(), values, ENGINE.getGlobalConfig().getDisabled());
    JinjavaInterpreter interpreter =
        new JinjavaInterpreter(ENGINE, context, ENGINE.getGlobalConfig());
    try (var current = JinjavaInterpreter.closeablePushCurrent(interpreter).get()) {
      Map<String, Node> parsed = PARSED.get();
      Node tree = parsed.get(template);
      if (tree == null) {
        tree = interpreter.parse(template);
        refuseErrors(interpreter);
        parsed.put(template, tree);
      }
      String text = interpreter.render(tree);
      refuseErrors(interpreter);
      return text;
    } catch (InterpretException e) {
      throw refused(e.getLineNumber(), reason(e));
    }
  }

  private static void refuseErrors(JinjavaInterpreter interpreter) {
    for (TemplateError error : interpreter.getErrors()) {
      if (error.getSeverity() == ErrorType.FATAL) {
        String reason = reason(error.getException());
        throw refused(error.getLineno(), reason == null ? error.getMessage() : reason);
      }
    }
  }

  private static UserError refused(int line, String reason) {
    return line > 0
        ? UserError.configuration("template, line %d: %s", line, reason)
        : UserError.configuration("template: %s", reason);
  }

  /** What the template itself says, where it refuses, else the last of what the engine says. */
  private static String reason(Throwable e) {
    String message = null;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof Refusal) {
        return cause.getMessage();
      }
      message = message == null ? cause.getMessage() : message;
    }
    return message;
  }

  /** A template's own refusal. */
  private static final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Refusal(String message) {
      super(message);
    }
  }

  /** Called from a chat template that refuses a conversation, as Hugging Face's may. */
  @SuppressWarnings("DoNotCallSuggester") // Templates call it by name.
  public static String raise(String message) {
    throw new Refusal(message);
  }

  private static Jinjava engine() {
    JinjavaConfig config =
        JinjavaConfig.newBuilder()
            .withNestedInterpretationEnabled(false)
            .withTrimBlocks(true)
            .withLstripBlocks(true)
            .withMaxRenderDepth(20)
            .withLegacyOverrides(
                LegacyOverrides.newBuilder().withKeepNullableLoopValues(true).build())
            .withDisabled(
                Map.of(Library.TAG, Set.of("include", "import", "from", "extends", "call")))
            .build();
    Jinjava jinjava = new Jinjava(config);
    jinjava
        .getGlobalContext()
        .registerFunction(
            new ELFunctionDefinition("", "raise_exception", Jinja.class, "raise", String.class));
    return jinjava;
  }
}
