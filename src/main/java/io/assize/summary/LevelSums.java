package io.assize.summary;

import java.io.Serializable;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What the tables need to know of one judge's verdicts at one level (a scenario, a group, or all):
 * the parts that they asked for. Models are numbered by their names' order.
 */
final class LevelSums implements Serializable {
  private static final long serialVersionUID = 1;

  final String judge;
  final String level;
  private final Map<Class<?>, Sums<?>> parts = new LinkedHashMap<>();

  /**
   * Sums of no games.
   *
   * @param kinds a part of each kind that is wanted, whatever is in it
   */
  LevelSums(String judge, String level, Collection<? extends Sums<?>> kinds) {
    this.judge = judge;
    this.level = level;
    kinds.forEach(kind -> parts.put(kind.getClass(), kind.empty()));
  }

  /** A copy for another level. */
  LevelSums at(String other) {
    return new LevelSums(judge, other, parts.values()).add(this);
  }

  /** Adds another's games. */
  LevelSums add(LevelSums other) {
    parts.values().forEach(part -> plus(part, other));
    return this;
  }

  private static <S extends Sums<S>> void plus(Sums<S> part, LevelSums other) {
    part.plus(other.part(part.empty()));
  }

  @SuppressWarnings("unchecked") // A part lies under its own class.
  private <S extends Sums<S>> S part(S kind) {
    return (S) parts.get(kind.getClass());
  }

  /**
   * A part.
   *
   * @throws IllegalStateException where nobody asked for it
   */
  <S extends Sums<S>> S of(Class<S> kind) {
    S part = kind.cast(parts.get(kind));
    if (part == null) {
      throw new IllegalStateException("no table asked for " + kind.getSimpleName());
    }
    return part;
  }

  /**
   * Adds a block's games.
   *
   * @param number its models' numbers, {@code [block.models.length]}
   * @param models how many models the judge has
   */
  void add(GameBlock block, int[] number, int models, SummaryOptions options) {
    Game game = new Game(options);
    Sums<?>[] all = parts.values().toArray(new Sums<?>[0]);
    for (int p = 0; p + 1 < block.prompts.length; p++) {
      int from = block.prompts[p];
      int to = block.prompts[p + 1];
      boolean alone = to - from == 1;
      for (int i = from; i < to; i++) {
        game.read(block, i, number, models, alone);
        for (Sums<?> part : all) {
          part.add(game);
        }
      }
      for (int k = 0; !alone && k < all.length; k++) {
        all[k].endPrompt();
      }
    }
  }
}
