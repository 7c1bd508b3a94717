package io.assize.prompt.jinja;

import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.Map;

/** One rendering: its values, its meter, the line it is at. */
final class Run {
  private final Map<String, Object> values;
  private final java.time.Clock clock;
  private final Meter meter;
  private final Printing printing;
  private final Comparing comparing;
  private final Operators operators = new Operators(this);
  private final Attributes attributes = new Attributes(this);
  private final Strings strings = new Strings(this);
  private final Casing casing = new Casing(this);
  private final Html html = new Html(this);
  private int line;

  Run(Map<String, Object> values, java.time.Clock clock, Limits limits) {
    this.values = values;
    this.clock = clock;
    this.meter = new Meter(limits);
    this.printing = new Printing(meter);
    this.comparing = new Comparing(meter);
  }

  Meter meter() {
    return meter;
  }

  Printing printing() {
    return printing;
  }

  Comparing comparing() {
    return comparing;
  }

  Operators operators() {
    return operators;
  }

  Attributes attributes() {
    return attributes;
  }

  Strings strings() {
    return strings;
  }

  Casing casing() {
    return casing;
  }

  Html html() {
    return html;
  }

  /** The local time of the clock's zone. */
  LocalDateTime now() {
    ZoneId zone = clock.getZone();
    return LocalDateTime.ofInstant(clock.instant(), zone);
  }

  /** The line of the template that runs, for messages. */
  void at(int line) {
    this.line = line;
  }

  int line() {
    return line;
  }

  /** A value that the template was given, or a global; null where there is none. */
  Object resolve(String name) {
    Object value = values.get(name);
    return value == null ? Globals.get(name) : value;
  }

  /**
   * What a filter or a call makes of a block; refused where it is no text, as it is not printed.
   */
  Text written(Object value) {
    if (!(value instanceof Text text)) {
      throw new TemplateException("expected str instance, %s found", Types.name(value));
    }
    return text;
  }

  Object filter(String name, Object value, Arguments arguments) {
    Filters.Filter filter = Filters.get(name);
    if (filter == null) {
      throw new TemplateException("No filter named '%s' found.", name);
    }
    return filter.apply(this, value, arguments);
  }

  boolean test(String name, Object value, Arguments arguments) {
    Tests.Test test = Tests.get(name);
    if (test == null) {
      throw new TemplateException("No test named '%s' found.", name);
    }
    return test.holds(this, value, arguments);
  }

  Object call(Object callee, Arguments arguments) {
    Comparing.refuseUndefined(callee);
    if (!(callee instanceof Callable callable)) {
      throw new TemplateException("'%s' object is not callable", Types.name(callee));
    }
    return callable.call(this, arguments);
  }
}
