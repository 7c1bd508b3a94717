package io.assize.judge;

/** What a judge decides about two responses, in the order in which they were shown to it. */
public enum Choice {
  FIRST,
  SECOND,
  TIE;

  /** The same decision had the responses been shown the other way round. */
  public Choice swapped() {
    return switch (this) {
      case FIRST -> SECOND;
      case SECOND -> FIRST;
      case TIE -> TIE;
    };
  }
}
