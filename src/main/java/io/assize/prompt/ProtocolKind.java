package io.assize.prompt;

import java.util.Locale;

/** What a protocol judges: two responses against each other, or one by itself. */
public enum ProtocolKind {
  PAIRWISE,
  SINGLE;

  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
