package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import java.util.function.Function;

/**
 * The numbers and switches of a model's configuration, each checked where it is read: a model is a
 * stranger's file, and one number that is not finite or far out of range makes verdicts of nothing.
 *
 * @param where the file, for messages
 * @param values by key, a {@link Number}, a {@link Boolean} or another thing as it stands there;
 *     null where there is none
 */
record ModelNumbers(String where, Function<String, Object> values) {

  /** A JSON object's members as they are; null stands for none. */
  static ModelNumbers ofJson(JsonNode json, String where) {
    return new ModelNumbers(
        where,
        key -> {
          JsonNode value = json.path(key);
          if (value.isNull() || value.isMissingNode()) {
            return null;
          }
          if (value.isNumber()) {
            return value.numberValue();
          }
          return value.isBoolean() ? (Object) value.booleanValue() : value;
        });
  }

  /** A whole number that the model must have. */
  int whole(String key, int least, int most) {
    Object value = values.apply(key);
    if (value == null) {
      throw UserError.configuration("%s lacks %s: is it the model's configuration?", where, key);
    }
    return whole(key, value, least, most);
  }

  /** A whole number, {@code otherwise} where there is none. */
  int whole(String key, int otherwise, int least, int most) {
    Object value = values.apply(key);
    return whole(key, value == null ? (Object) otherwise : value, least, most);
  }

  /** A number that the model must have. */
  double real(String key, double least, double most) {
    Object value = values.apply(key);
    if (value == null) {
      throw UserError.configuration("%s lacks %s: is it the model's configuration?", where, key);
    }
    return real(key, value, least, most);
  }

  /** A number, {@code otherwise} where there is none. */
  double real(String key, double otherwise, double least, double most) {
    Object value = values.apply(key);
    return real(key, value == null ? (Object) otherwise : value, least, most);
  }

  /** A switch, {@code otherwise} where there is none. */
  boolean flag(String key, boolean otherwise) {
    Object value = values.apply(key);
    if (value != null && !(value instanceof Boolean)) {
      throw UserError.configuration(
          "%s: %s is %s: it must be true or false", where, key, shown(value));
    }
    return value == null ? otherwise : (Boolean) value;
  }

  private int whole(String key, Object value, int least, int most) {
    double number = value instanceof Number n ? n.doubleValue() : Double.NaN;
    if (!(number >= least && number <= most) || number != Math.rint(number)) {
      throw UserError.configuration(
          "%s: %s is %s: it must be a whole number from %d to %d",
          where, key, shown(value), least, most);
    }
    return (int) number;
  }

  private double real(String key, Object value, double least, double most) {
    double number = value instanceof Number n ? n.doubleValue() : Double.NaN;
    if (!(number >= least && number <= most)) {
      throw UserError.configuration(
          "%s: %s is %s: it must be a number from %s to %s", where, key, shown(value), least, most);
    }
    return number;
  }

  /** A value for an error: one line, of bounded length. */
  private static String shown(Object value) {
    String text = String.valueOf(value).replaceAll("\\s+", " ");
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }
}
