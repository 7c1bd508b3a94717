package io.assize.prompt;

import com.hubspot.jinjava.Jinjava;
import com.hubspot.jinjava.JinjavaConfig;
import com.hubspot.jinjava.LegacyOverrides;
import com.hubspot.jinjava.interpret.Context.Library;
import com.hubspot.jinjava.interpret.RenderResult;
import com.hubspot.jinjava.interpret.TemplateError;
import com.hubspot.jinjava.interpret.TemplateError.ErrorType;
import com.hubspot.jinjava.lib.fn.ELFunctionDefinition;
import io.assize.config.UserError;
import java.util.Map;
import java.util.Set;

/**
 * The one template engine. Values are only ever inserted, never read as templates (nested
 * interpretation is off). Blocks are trimmed, as Hugging Face does for chat templates; includes,
 * imports and macros from files are switched off.
 */
final class Jinja {
  private static final Jinjava ENGINE = engine();

  private Jinja() {}

  static String render(String template, Map<String, ?> values) {
    RenderResult result = ENGINE.renderForResult(template, values);
    for (TemplateError error : result.getErrors()) {
      if (error.getSeverity() == ErrorType.FATAL) {
        throw UserError.configuration("template, line %d: %s", error.getLineno(), reason(error));
      }
    }
    return result.getOutput();
  }

  /** What the template itself says, where it refuses, else what the engine says. */
  private static String reason(TemplateError error) {
    for (Throwable cause = error.getException(); cause != null; cause = cause.getCause()) {
      if (cause instanceof Refusal) {
        return cause.getMessage();
      }
    }
    return error.getMessage();
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
