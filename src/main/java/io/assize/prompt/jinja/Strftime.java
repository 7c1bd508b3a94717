package io.assize.prompt.jinja;

import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** A time as C's {@code strftime} writes it in the C locale. */
final class Strftime {
  private final LocalDateTime time;

  Strftime(LocalDateTime time) {
    this.time = time;
  }

  Text format(Text format) {
    String pattern = format.toString();
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < pattern.length(); i++) {
      char c = pattern.charAt(i);
      if (c != '%' || i + 1 == pattern.length()) {
        out.append(c);
        continue;
      }
      boolean bare = pattern.charAt(i + 1) == '-' && i + 2 < pattern.length();
      i += bare ? 2 : 1;
      String field = field(pattern.charAt(i));
      if (bare && field.equals("%" + pattern.charAt(i))) {
        field = "%-" + pattern.charAt(i);
      }
      out.append(bare ? field.replaceFirst("^[0 ]+(?=.)", "") : field);
    }
    return Text.of(out.toString());
  }

  private String field(char c) {
    return switch (c) {
      case 'a' -> time.getDayOfWeek().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' -> time.getMonth().getDisplayName(TextStyle.SHORT, Locale.ENGLISH);
      case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'c' -> fields("%a %b %e %H:%M:%S %Y");
      case 'C' -> padded(time.getYear() / 100, 2);
      case 'd' -> padded(time.getDayOfMonth(), 2);
      case 'D', 'x' -> fields("%m/%d/%y");
      case 'e' -> blank(time.getDayOfMonth());
      case 'f' -> padded(time.getNano() / 1000, 6);
      case 'F' -> fields("%Y-%m-%d");
      case 'g' -> padded(time.get(IsoFields.WEEK_BASED_YEAR) % 100, 2);
      case 'G' -> padded(time.get(IsoFields.WEEK_BASED_YEAR), 4);
      case 'H' -> padded(time.getHour(), 2);
      case 'I' -> padded(time.get(ChronoField.CLOCK_HOUR_OF_AMPM), 2);
      case 'j' -> padded(time.getDayOfYear(), 3);
      case 'k' -> blank(time.getHour());
      case 'l' -> blank(time.get(ChronoField.CLOCK_HOUR_OF_AMPM));
      case 'm' -> padded(time.getMonthValue(), 2);
      case 'M' -> padded(time.getMinute(), 2);
      case 'n' -> "\n";
      case 'p' -> time.getHour() < 12 ? "AM" : "PM";
      case 'r' -> fields("%I:%M:%S %p");
      case 'R' -> fields("%H:%M");
      case 'S' -> padded(time.getSecond(), 2);
      case 't' -> "\t";
      case 'T', 'X' -> fields("%H:%M:%S");
      case 'u' -> String.valueOf(time.getDayOfWeek().getValue());
      case 'U' -> padded((time.getDayOfYear() + 6 - time.getDayOfWeek().getValue() % 7) / 7, 2);
      case 'V' -> padded(time.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR), 2);
      case 'w' -> String.valueOf(time.getDayOfWeek().getValue() % 7);
      case 'W' -> padded((time.getDayOfYear() + 7 - time.getDayOfWeek().getValue()) / 7, 2);
      case 'y' -> padded(time.getYear() % 100, 2);
      case 'Y' -> String.valueOf(time.getYear());
      case 'z', 'Z' -> "";
      case '%' -> "%";
      default -> "%" + c;
    };
  }

  private String fields(String pattern) {
    return format(Text.of(pattern)).toString();
  }

  private static String padded(int value, int digits) {
    String plain = String.valueOf(value);
    return "0".repeat(Math.max(0, digits - plain.length())) + plain;
  }

  private static String blank(int value) {
    return value < 10 ? " " + value : String.valueOf(value);
  }
}
