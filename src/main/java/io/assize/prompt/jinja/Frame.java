package io.assize.prompt.jinja;

import java.util.List;
import java.util.Map;

/** The variables of a scope while it runs, and the way to run what stands in it. */
final class Frame {
  private final Run run;
  private final Frame around;

  /** Every name of the scope; null for one without a value. */
  private final Map<String, Object> variables;

  Frame(Run run, Frame around, Map<String, Object> variables) {
    this.run = run;
    this.around = around;
    this.variables = variables;
  }

  Run run() {
    return run;
  }

  /** A variable's value; null where it has none. */
  Object get(String name) {
    for (Frame frame = this; frame != null; frame = frame.around) {
      if (frame.variables.containsKey(name)) {
        return frame.variables.get(name);
      }
    }
    return run.resolve(name);
  }

  void set(String name, Object value) {
    variables.put(name, value);
  }

  /** The value of an expression. */
  Object value(Expression expression) {
    Meter meter = run.meter();
    meter.step();
    meter.enter();
    Object value = expression.evaluate(this);
    meter.leave();
    return value;
  }

  /** Runs statements in order; what is written goes to {@code out}. */
  Statement.Flow execute(List<Statement> statements, TextBuilder out) {
    Meter meter = run.meter();
    meter.enter();
    Statement.Flow flow = Statement.Flow.NEXT;
    for (Statement statement : statements) {
      meter.step();
      run.at(statement.line());
      flow = statement.execute(this, out);
      if (flow != Statement.Flow.NEXT) {
        break;
      }
    }
    meter.leave();
    return flow;
  }
}
