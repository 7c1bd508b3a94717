package io.assize.prompt.jinja;

/** What a template can call. */
interface Callable {
  Object call(Run run, Arguments arguments);

  /** The function's name for messages. */
  default String name() {
    return "function";
  }
}
