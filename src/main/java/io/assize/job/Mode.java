package io.assize.job;

import java.util.Locale;

/** Which requests of a corpus a run judges. */
public enum Mode {
  /** Those that the store has no verdict for, or only an engine's error. */
  PENDING,
  /** All, whatever the store has. */
  REJUDGE,
  /** Those whose verdict in the store has failed. */
  ONLY_FAILED;

  /** The text in tables. */
  String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
