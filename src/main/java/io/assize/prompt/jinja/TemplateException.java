package io.assize.prompt.jinja;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;

/** What is wrong in a template, on its way to the place that knows the line. */
final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int line;

  @FormatMethod
  TemplateException(String format, Object... arguments) {
    this(0, format, arguments);
  }

  /** With a line, counted from 1; 0 where it is not known. */
  @FormatMethod
  TemplateException(int line, String format, Object... arguments) {
    super(String.format(Locale.ROOT, format, arguments), null, false, false);
    this.line = line;
  }

  int line() {
    return line;
  }
}
