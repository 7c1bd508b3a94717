package io.assize.prompt.jinja;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Jinja's tests, what stands behind {@code value is name(arguments)}. */
final class Tests {
  /** One test. */
  interface Test {
    boolean holds(Run run, Object value, Arguments arguments);
  }

  private interface Question {
    boolean holds(Object value);
  }

  private static final Map<String, Test> ALL = new HashMap<>();

  private Tests() {}

  static {
    ask("defined", value -> !(value instanceof Undefined));
    ask("undefined", value -> value instanceof Undefined);
    ask("none", value -> value == None.NONE);
    ask("boolean", value -> value instanceof Boolean);
    ask("true", value -> Boolean.TRUE.equals(value));
    ask("false", value -> Boolean.FALSE.equals(value));
    ask("integer", value -> value instanceof BigInteger);
    ask("float", value -> value instanceof Double);
    ask("number", Types::isNumber);
    ask("string", value -> value instanceof Text);
    ask("mapping", value -> value instanceof Dict);
    ask("iterable", Types::isIterable);
    ask("sequence", Tests::isSequence);
    ask("callable", value -> value instanceof Callable || value instanceof Undefined);
    ask("escaped", value -> value instanceof Text text && text.isSafe());
    ask("filter", value -> names(value, Filters.get(value.toString())));
    ask("test", value -> names(value, get(value.toString())));
    ALL.put(
        "odd", (run, value, arguments) -> rest(run, value, BigInteger.TWO).equals(BigInteger.ONE));
    ALL.put("even", (run, value, arguments) -> rest(run, value, BigInteger.TWO).signum() == 0);
    ALL.put(
        "divisibleby",
        (run, value, arguments) ->
            rest(run, value, arguments.bind("divisibleby", 1, "num")[0]).signum() == 0);
    ALL.put("lower", (run, value, arguments) -> run.casing().isLower(run.printing().text(value)));
    ALL.put("upper", (run, value, arguments) -> run.casing().isUpper(run.printing().text(value)));
    ALL.put(
        "sameas", (run, value, arguments) -> same(value, arguments.bind("sameas", 1, "other")[0]));
    ALL.put(
        "in",
        (run, value, arguments) ->
            run.comparing().contains(run, arguments.bind("in", 1, "seq")[0], value));
    for (String name : List.of("==", "eq", "equalto")) {
      ALL.put(name, (run, value, given) -> run.comparing().equal(value, other(name, given)));
    }
    for (String name : List.of("!=", "ne")) {
      ALL.put(name, (run, value, given) -> !run.comparing().equal(value, other(name, given)));
    }
    order("<", "<", "lt", "lessthan");
    order("<=", "<=", "le");
    order(">", ">", "gt", "greaterthan");
    order(">=", ">=", "ge");
  }

  /** A test; null where there is none of this name. */
  static Test get(String name) {
    return ALL.get(name);
  }

  private static void ask(String name, Question question) {
    ALL.put(
        name,
        (run, value, arguments) -> {
          arguments.bind(name, 0);
          return question.holds(value);
        });
  }

  private static void order(String operator, String... names) {
    for (String name : names) {
      ALL.put(
          name, (run, value, given) -> run.comparing().holds(value, operator, other(name, given)));
    }
  }

  private static Object other(String name, Arguments arguments) {
    return arguments.bind(name, 1, "other")[0];
  }

  private static boolean names(Object value, Object found) {
    Dict.hashable(value);
    return value instanceof Text && found != null;
  }

  private static boolean isSequence(Object value) {
    return value instanceof Text
        || value instanceof List
        || value instanceof Tuple
        || value instanceof Dict
        || value instanceof Undefined;
  }

  /** What is left of a division, as zero, one or another number. */
  private static BigInteger rest(Run run, Object value, Object divisor) {
    Object rest = run.operators().operate("%", value, divisor);
    if (rest instanceof BigInteger bigInteger) {
      return bigInteger;
    }
    double real = rest instanceof Double d ? d : Double.NaN;
    return real == 0 ? BigInteger.ZERO : real == 1 ? BigInteger.ONE : BigInteger.TEN;
  }

  private static boolean same(Object a, Object b) {
    boolean simple = a instanceof Boolean || a instanceof BigInteger || a instanceof Text;
    return a == b || (simple && a.equals(b) && a.getClass() == b.getClass());
  }
}
