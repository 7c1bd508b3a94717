package io.assize.summary;

import io.assize.verdict.Decision;
import java.io.Serializable;

/**
 * Judged pairs of one judge and scenario, prompt after prompt, in plain arrays. The side whose
 * model's name sorts first is x, whatever the corpus calls a: a corpus with a and b exchanged gives
 * the same block.
 */
final class GameBlock implements Serializable {
  private static final long serialVersionUID = 1;

  /** The differences of style that are kept: length in characters, headers, items, bold. */
  static final int STYLES = 4;

  final String judge;
  final String scenario;

  /** Names of the models that {@link #x} and {@link #y} number. */
  final String[] models;

  final int[] x;
  final int[] y;

  /** Where each prompt's games begin, and the end of the last, {@code [prompts + 1]}. */
  final int[] prompts;

  /** Decisions, as {@link #code}s, in terms of x (a) and y (b) where x was shown first. */
  final byte[] first;

  /** The same where y was shown first. */
  final byte[] second;

  /** That x is better, for the two orders, {@code [2 · games]}; NaN: not given. null: never. */
  final double[] probabilities;

  /** A person's choice in terms of x and y. */
  final byte[] labels;

  /** Not 0 where x is the corpus's b. */
  final byte[] swapped;

  /** Which response has more words, by the length baseline's margin. */
  final byte[] longer;

  /** x's characters less y's. */
  final int[] characters;

  /** (x's − y's) / (x's + y's) of each style, {@code [games · 4]}. */
  final float[] styles;

  GameBlock(BlockBuilder games) {
    this.judge = games.judge();
    this.scenario = games.scenario();
    this.models = games.models();
    this.x = games.x();
    this.y = games.y();
    this.prompts = games.prompts();
    this.first = games.first();
    this.second = games.second();
    this.probabilities = games.probabilities();
    this.labels = games.labels();
    this.swapped = games.swapped();
    this.longer = games.longer();
    this.characters = games.characters();
    this.styles = games.styles();
  }

  /** A decision in a byte; 0 for null. */
  static byte code(Decision decision) {
    return decision == null ? 0 : decision.number();
  }

  /** The decision of a {@link #code}, or null. */
  static Decision decision(byte code) {
    return Decision.of(code);
  }

  int games() {
    return x.length;
  }

  double probability(int game, int order) {
    return probabilities == null ? Double.NaN : probabilities[2 * game + order];
  }
}
