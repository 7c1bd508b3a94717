package io.assize.prompt.jinja;

/** Counts what a rendering uses, and ends it where its limits are reached. */
final class Meter {
  private final Limits limits;
  private long steps;
  private long characters;
  private int depth;

  Meter(Limits limits) {
    this.limits = limits;
  }

  Limits limits() {
    return limits;
  }

  void step() {
    steps(1);
  }

  void steps(long count) {
    steps += count;
    if (steps > limits.steps()) {
      throw new TemplateException(
          "takes more than %d steps: the template is refused", limits.steps());
    }
  }

  /** To be called before text of this length is made. */
  void characters(long count) {
    refuseBeyond(count);
    characters += count;
  }

  /** Refuses text of a length that does not fit any more. */
  void refuseBeyond(long count) {
    if (characters + count > limits.characters()) {
      throw new TemplateException(
          "makes more than %d characters of text: the template is refused", limits.characters());
    }
  }

  /** Reading through this many characters. */
  void reading(long count) {
    steps(count / 64);
  }

  void enter() {
    if (++depth > limits.depth()) {
      throw new TemplateException(
          "nests deeper than %d levels: the template is refused", limits.depth());
    }
  }

  void leave() {
    depth--;
  }
}
