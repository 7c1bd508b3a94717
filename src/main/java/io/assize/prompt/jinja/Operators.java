package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.List;

/** Python's operators between two values. */
final class Operators {
  private final Run run;

  Operators(Run run) {
    this.run = run;
  }

  Object operate(String operator, Object a, Object b) {
    if (operator.equals("%") && a instanceof Text text) {
      return new PercentFormat(run, text, b).format();
    }
    Comparing.refuseUndefined(a);
    Comparing.refuseUndefined(b);
    if (Types.isNumber(a) && Types.isNumber(b)) {
      return Numbers.operate(operator, a, b);
    }
    Object result =
        switch (operator) {
          case "+" -> add(a, b);
          case "*" -> multiply(a, b);
          default -> null;
        };
    if (result == null) {
      throw new TemplateException(
          "unsupported operand type(s) for %s: '%s' and '%s'",
          operator, Types.name(a), Types.name(b));
    }
    return result;
  }

  private Object add(Object a, Object b) {
    if (a instanceof Text left && b instanceof Text right) {
      return join(left, right);
    }
    if (a instanceof Text) {
      throw new TemplateException("can only concatenate str (not \"%s\") to str", Types.name(b));
    }
    if (a instanceof Range || b instanceof Range) {
      return null;
    }
    if (a instanceof List && b instanceof List) {
      return appended(Types.sequence(a), Types.sequence(b));
    }
    return a instanceof Tuple && b instanceof Tuple
        ? new Tuple(appended(Types.sequence(a), Types.sequence(b)))
        : null;
  }

  private Text join(Text a, Text b) {
    boolean safe = a.isSafe() || b.isSafe();
    Text left = safe ? run.html().escape(a) : a;
    Text right = safe ? run.html().escape(b) : b;
    return new TextBuilder(run.meter()).append(left).append(right).build().withSafe(safe);
  }

  private List<Object> appended(List<Object> a, List<Object> b) {
    run.meter().steps((long) a.size() + b.size());
    List<Object> all = new ArrayList<>(a.size() + b.size());
    all.addAll(a);
    all.addAll(b);
    return all;
  }

  private Object multiply(Object a, Object b) {
    Object repeated = Types.isNumber(a) ? b : a;
    Object times = Types.isNumber(a) ? a : b;
    if (times instanceof Double || !Types.isNumber(times)) {
      return null;
    }
    int count = Math.max(0, Numbers.clamped(times));
    if (repeated instanceof Text text) {
      return repeat(text, count);
    }
    List<Object> items = repeated instanceof Range ? null : Types.sequence(repeated);
    if (items == null) {
      return null;
    }
    run.meter().steps((long) items.size() * count);
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < count && !items.isEmpty(); i++) {
      all.addAll(items);
    }
    return repeated instanceof Tuple ? new Tuple(all) : all;
  }

  private Text repeat(Text text, int count) {
    run.meter().refuseBeyond((long) text.size() * count);
    TextBuilder out = new TextBuilder(run.meter());
    for (int i = 0; i < count && !text.isEmpty(); i++) {
      out.append(text);
    }
    return out.build().withSafe(text.isSafe());
  }
}
