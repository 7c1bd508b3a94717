package io.assize.config;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * What judges and protocols may be called: their names stand in tables, and verdicts lie in folders
 * of these names. Any signs will do that can be seen and written in a line of text.
 */
public final class Name {
  /** A folder's name has 255 bytes; a sign that must be escaped there takes three. */
  private static final int MOST_BYTES = 200;

  private static final String ESCAPED = "\"#%'*/:=?\\{[]^";

  /** What a folder's name says in place of an absent one. */
  private static final String ABSENT = "__HIVE_DEFAULT_PARTITION__";

  private Name() {}

  /**
   * The name.
   *
   * @param key names it in messages
   * @throws UserError where it cannot be one
   */
  public static String checked(String key, String name) {
    String wrong = wrong(name);
    if (wrong != null) {
      throw UserError.configuration("%s %s: choose another name", key, wrong);
    }
    return name;
  }

  /** What is wrong with a name; null for nothing. */
  private static String wrong(String name) {
    if (name.isBlank()) {
      return "is blank";
    }
    if (!name.equals(name.strip())) {
      return "is \"" + name + "\", with blanks at its beginning or end";
    }
    if (name.codePoints().anyMatch(Name::unseen)) {
      return "has a sign that cannot be seen, as a line break";
    }
    if (name.equals(ABSENT)) {
      return "is " + ABSENT + ", which means no name";
    }
    int bytes = bytes(name);
    return bytes > MOST_BYTES
        ? String.format(
            Locale.ROOT, "takes %d bytes as a folder's name, more than %d", bytes, MOST_BYTES)
        : null;
  }

  private static boolean unseen(int sign) {
    return Character.isISOControl(sign)
        || Character.getType(sign) == Character.LINE_SEPARATOR
        || Character.getType(sign) == Character.PARAGRAPH_SEPARATOR
        || Character.getType(sign) == Character.SURROGATE;
  }

  private static int bytes(String name) {
    int escaped = (int) name.chars().filter(sign -> ESCAPED.indexOf(sign) >= 0).count();
    return name.getBytes(StandardCharsets.UTF_8).length + 2 * escaped;
  }
}
