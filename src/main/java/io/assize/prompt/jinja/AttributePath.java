package io.assize.prompt.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** The attribute that a filter on sequences looks at in each item, as {@code attribute="a.b.0"}. */
final class AttributePath {
  private AttributePath() {}

  /**
   * Finds the value behind a path of attributes, as {@code a.b.0}.
   *
   * @param attribute the path, or an index; null or None for the item itself
   * @param otherwise what stands for a missing one; null for undefined
   */
  static UnaryOperator<Object> getter(Run run, Object attribute, Object otherwise) {
    List<Object> path = path(attribute);
    return item -> {
      Object value = item;
      for (Object part : path) {
        value = run.attributes().item(value, part);
        if (otherwise != null && value instanceof Undefined) {
          value = otherwise;
        }
      }
      return value;
    };
  }

  private static List<Object> path(Object attribute) {
    if (Arguments.absent(attribute)) {
      return List.of();
    }
    if (!(attribute instanceof Text)) {
      return List.of(attribute);
    }
    List<Object> path = new ArrayList<>();
    for (String part : attribute.toString().split("\\.", -1)) {
      path.add(part.matches("\\d{1,9}") ? new BigInteger(part) : Text.of(part));
    }
    return path;
  }
}
