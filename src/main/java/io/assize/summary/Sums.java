package io.assize.summary;

import java.io.Serializable;

/**
 * What a table needs to know of the games of one level: a part of {@link LevelSums}. Its size
 * depends on the models, not on the games, and it adds up to the same whatever the order of the
 * games and their partitions: sums are of whole numbers.
 *
 * @param <S> the class itself
 */
interface Sums<S extends Sums<S>> extends Serializable {
  /** The same of no games. */
  S empty();

  /** Adds a game. All games of a prompt come one after another. */
  void add(Game game);

  /**
   * The prompt has no more games. Not called after a prompt of one game, which says that it is
   * {@link Game#alone}.
   */
  default void endPrompt() {}

  /** Adds the games of others. */
  void plus(S other);
}
