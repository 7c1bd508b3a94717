package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A macro, or a block as its callee sees it: called, it gives the text of its body. */
final class Macro implements Callable {
  private final MacroBody macro;
  private final Frame around;

  Macro(MacroBody macro, Frame around) {
    this.macro = macro;
    this.around = around;
  }

  String shown() {
    return macro.name() == null ? "anonymous" : Printing.quoted(macro.name());
  }

  /** An attribute; null where there is none of this name. */
  Object attribute(String name) {
    return switch (name) {
      case "name" -> macro.name() == null ? None.NONE : Text.of(macro.name());
      case "arguments" -> {
        List<Object> names = new ArrayList<>();
        macro.parameters().forEach(parameter -> names.add(Text.of(parameter)));
        yield new Tuple(names);
      }
      case "catch_kwargs" -> macro.specials().contains("kwargs");
      case "catch_varargs" -> macro.specials().contains("varargs");
      case "caller" -> macro.specials().contains("caller");
      default -> null;
    };
  }

  @Override
  public Object call(Run run, Arguments arguments) {
    Frame frame = macro.scope().enter(run, around);
    bind(frame, arguments);
    TextBuilder out = new TextBuilder(run.meter());
    frame.execute(macro.body(), out);
    return out.build();
  }

  private void bind(Frame frame, Arguments arguments) {
    List<String> parameters = macro.parameters();
    List<Object> given = arguments.positional();
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    for (int i = 0; i < parameters.size(); i++) {
      boolean placed = i < given.size();
      frame.set(parameters.get(i), placed ? given.get(i) : named.remove(parameters.get(i)));
    }
    bindSpecials(frame, given, named);
    for (int i = 0; i < parameters.size(); i++) {
      if (frame.get(parameters.get(i)) == null) {
        Expression otherwise = macro.defaultOf(i);
        frame.set(
            parameters.get(i),
            otherwise == null
                ? new Undefined("parameter '" + parameters.get(i) + "' was not provided")
                : frame.value(otherwise));
      }
    }
  }

  private void bindSpecials(Frame frame, List<Object> given, Map<String, Object> named) {
    int count = macro.parameters().size();
    if (macro.specials().contains("caller")) {
      Object caller = named.remove("caller");
      frame.set("caller", caller == null ? new Undefined("No caller defined") : caller);
    }
    if (macro.specials().contains("kwargs")) {
      Dict rest = new Dict();
      named.forEach((name, value) -> rest.put(Text.of(name), value));
      frame.set("kwargs", rest);
    } else if (!named.isEmpty()) {
      throw new TemplateException(
          "macro %s takes no keyword argument '%s'", shown(), named.keySet().iterator().next());
    }
    List<Object> more = given.subList(Math.min(count, given.size()), given.size());
    if (macro.specials().contains("varargs")) {
      frame.set("varargs", new Tuple(more));
    } else if (!more.isEmpty()) {
      throw new TemplateException("macro %s takes not more than %d argument(s)", shown(), count);
    }
  }
}
