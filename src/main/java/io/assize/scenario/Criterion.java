package io.assize.scenario;

import io.assize.config.UserError;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Something that matters in a response.
 *
 * @param weight how much, 1…5
 * @param text a sentence, on one line
 */
public record Criterion(int weight, String text) implements Serializable {
  static final int MOST = 5;

  private static final Pattern FORM = Pattern.compile("\\s*([1-5])\\s+(\\S.*?)\\s*");

  /**
   * Reads {@code "5 The answer is right."}.
   *
   * @param where names file and key in errors
   */
  static Criterion parse(String text, String where) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw UserError.configuration(
          "%s is \"%s\": write a weight from 1 to %d, a blank and the criterion, on one line",
          where, text, MOST);
    }
    return new Criterion(Integer.parseInt(form.group(1)), form.group(2));
  }

  /** The text that {@link #parse} reads. */
  String form() {
    return weight + " " + text;
  }
}
