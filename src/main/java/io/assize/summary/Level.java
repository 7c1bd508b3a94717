package io.assize.summary;

import java.io.Serializable;

/**
 * A judge's scenario, group, or all of it: what is known of its games.
 *
 * @param rated its ratings
 */
record Level(LevelSums sums, Ratings.Rated rated) implements Serializable {
  String judge() {
    return sums.judge;
  }

  /** The scenario's name, {@code group:NAME}, or {@code all}. */
  String name() {
    return sums.level;
  }

  /** Whether it is all of the judge's games. */
  boolean isAll() {
    return name().equals(Levels.ALL);
  }

  /** A part of its sums. */
  <S extends Sums<S>> S of(Class<S> kind) {
    return sums.of(kind);
  }
}
