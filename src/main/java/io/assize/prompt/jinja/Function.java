package io.assize.prompt.jinja;

/** A function or method of ours under the name that templates call it by. */
record Function(String name, Callable body) implements Callable {
  @Override
  public Object call(Run run, Arguments arguments) {
    return body.call(run, arguments);
  }
}
