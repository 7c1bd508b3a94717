package io.assize.summary;

import io.assize.stats.Battles;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Which models can be rated together, and what is said of the others. */
final class Connected {
  /** Ratings take matrices of models by models, and time by the cube of the models. */
  static final int MOST_MODELS = 2000;

  private static final String UNBOUNDED =
      "not rated: it never lost to, or never won against, the models that are rated";
  private static final String NOT_OVER_ALL = "not rated over all scenarios";

  private Connected() {}

  /** The models whose maximum likelihood is finite, where games join all; else none. */
  static List<Integer> rated(Battles battles, Map<Integer, String> notes) {
    List<List<Integer>> parts = battles.components();
    if (parts.size() > 1) {
      String apart =
          String.format(
              Locale.ROOT,
              "not rated: the models fall into %d parts between which there is no game",
              parts.size());
      for (List<Integer> part : parts) {
        part.forEach(model -> notes.put(model, apart));
      }
      return List.of();
    }
    List<Integer> bounded = battles.bounded();
    if (bounded.size() > MOST_MODELS) {
      String note =
          String.format(
              Locale.ROOT,
              "not rated: games join %d models here, and at most %d are rated together",
              bounded.size(),
              MOST_MODELS);
      parts.forEach(part -> part.forEach(model -> notes.put(model, note)));
      return List.of();
    }
    List<Integer> rated = bounded.size() > 1 ? bounded : List.of();
    parts.forEach(part -> part.forEach(model -> notes.put(model, UNBOUNDED)));
    rated.forEach(notes::remove);
    return rated;
  }

  /** The models that play at a level and have a rating over all. */
  static List<Integer> pooled(Battles battles, int[] all, Map<Integer, String> notes) {
    double[] games = battles.games();
    for (int model = 0; model < games.length; model++) {
      if (games[model] > 0 && Arrays.binarySearch(all, model) < 0) {
        notes.put(model, NOT_OVER_ALL);
      }
    }
    return Arrays.stream(all).filter(model -> games[model] > 0).boxed().toList();
  }
}
