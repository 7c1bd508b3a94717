package io.assize.testing;

import static io.assize.testing.LocalSpark.row;

import java.sql.Timestamp;
import java.time.Instant;

/**
 * Rows of {@link io.assize.store.VerdictTable#SCHEMA}: the judge {@code j} prefers a, by the
 * protocol {@code p} in the order ab.
 */
public final class Verdicts {
  private Verdicts() {}

  /** One that counts, of the run {@code r}. */
  public static Object[] ok(String key, String sample, String critique) {
    return of(key, sample, critique, "ok", 0, "r");
  }

  /**
   * Any one.
   *
   * @param second since 1970 at which it was judged
   */
  public static Object[] of(
      String key, String sample, String critique, String status, int second, String run) {
    Timestamp at = Timestamp.from(Instant.ofEpochSecond(second));
    return row(
        key, sample, "p", "ab", "j", "a", null, null, critique, status, null, 1, 1, "stop", at, run,
        "f", "t", "v", null, null, 1, null, null);
  }
}
