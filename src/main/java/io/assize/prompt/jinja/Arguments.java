package io.assize.prompt.jinja;

import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A call's arguments, by place and by name. */
record Arguments(List<Object> positional, Map<String, Object> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /**
   * The arguments in the order of the parameters; null for one that was not given.
   *
   * @param required how many of the parameters must be given
   */
  Object[] bind(String function, int required, String... parameters) {
    if (positional.size() > parameters.length) {
      throw new TemplateException(
          "%s() takes at most %d arguments (%d given)",
          function, parameters.length, positional.size());
    }
    Object[] bound = new Object[parameters.length];
    for (int i = 0; i < positional.size(); i++) {
      bound[i] = positional.get(i);
    }
    Map<String, Object> rest = new LinkedHashMap<>(named);
    for (int i = positional.size(); i < parameters.length; i++) {
      bound[i] = rest.remove(parameters[i]);
    }
    if (!rest.isEmpty()) {
      throw new TemplateException(
          "%s() got an unexpected keyword argument '%s'",
          function, rest.keySet().iterator().next());
    }
    for (int i = 0; i < required; i++) {
      if (bound[i] == null) {
        throw new TemplateException("%s() missing required argument '%s'", function, parameters[i]);
      }
    }
    return bound;
  }

  /** The arguments after the first ones. */
  Arguments after(int count) {
    return new Arguments(positional.subList(count, positional.size()), named);
  }

  Arguments with(String name, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(named);
    if (more.put(name, value) != null) {
      throw new TemplateException("got multiple values for keyword argument '%s'", name);
    }
    return new Arguments(positional, more);
  }

  /** Whether an argument was not given, or as None. */
  static boolean absent(Object given) {
    return given == null || given == None.NONE;
  }

  static Object or(Object given, Object otherwise) {
    return given == null ? otherwise : given;
  }

  static boolean truth(Object given, boolean otherwise) {
    return given == null ? otherwise : Types.truth(given);
  }

  /** A whole number that fits Java's int; larger ones are cut to its range. */
  static int whole(Object given, int otherwise) {
    return given == null ? otherwise : Numbers.clamped(given);
  }

  static Text text(Object given, String what) {
    if (given instanceof Text text) {
      return text;
    }
    if (given instanceof Undefined undefined) {
      throw undefined.refused();
    }
    throw new TemplateException("%s must be str, not %s", what, Types.name(given));
  }

  static BigInteger number(long value) {
    return BigInteger.valueOf(value);
  }
}
