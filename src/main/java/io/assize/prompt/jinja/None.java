package io.assize.prompt.jinja;

/** Python's {@code None}. */
enum None {
  NONE
}
