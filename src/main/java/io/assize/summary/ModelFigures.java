package io.assize.summary;

import io.assize.stats.PredictionPowered;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What is known of a judge's models at one level, each by its figures. */
final class ModelFigures {
  /** A figure by which models can be ranked. */
  enum Figure {
    /** The mean rating of single responses. */
    RATING,
    /** The same of the responses that people rated, too. */
    RATING_BESIDE_PEOPLE,
    /** People's mean rating. */
    PEOPLE_RATING,
    /** The mean score of pairs. */
    WIN_RATE,
    /** The rating of pairs, on Elo's scale. */
    BRADLEY_TERRY,
    /** People's mean score of pairs. */
    PEOPLE_WIN_RATE,
    /** The rating from elsewhere. */
    REFERENCE
  }

  private final TreeMap<String, EnumMap<Figure, Double>> models = new TreeMap<>();

  /** Of a level with games. */
  static ModelFigures of(Level level, Fits fits) {
    ModelFigures figures = new ModelFigures();
    List<String> names = fits.names(level);
    Standing standing = new Standing(level, fits);
    for (int model = 0; model < names.size(); model++) {
      String name = names.get(model);
      PredictionPowered.Labelled labels = level.of(LabelSums.class).of(model).labelled();
      int place = Arrays.binarySearch(level.rated().models(), model);
      figures.set(name, Figure.WIN_RATE, level.of(PairSums.class).of(model).mean());
      figures.set(name, Figure.PEOPLE_WIN_RATE, labels.person() / labels.n());
      figures.set(name, Figure.BRADLEY_TERRY, place < 0 ? Double.NaN : standing.rating(place));
    }
    return figures.withRatings(level.judge(), level.name(), fits);
  }

  /** Of a level that has ratings of single responses alone. */
  static ModelFigures of(MeanRatings.Key level, Fits fits) {
    return new ModelFigures().withRatings(level.judge(), level.level(), fits);
  }

  private ModelFigures withRatings(String judge, String level, Fits fits) {
    fits.ratings()
        .of(judge, level)
        .forEach(
            (model, sum) -> {
              set(model, Figure.RATING, sum.mean());
              set(model, Figure.RATING_BESIDE_PEOPLE, sum.judgedMean());
              set(model, Figure.PEOPLE_RATING, sum.peopleMean());
            });
    for (String model : models.keySet()) {
      set(model, Figure.REFERENCE, fits.reference().getOrDefault(model, Double.NaN));
    }
    return this;
  }

  /** A figure of nothing is none. */
  private void set(String model, Figure figure, double value) {
    if (Double.isFinite(value)) {
      models.computeIfAbsent(model, m -> new EnumMap<>(Figure.class)).put(figure, value);
    }
  }

  /** The models with a figure, by their names' order. */
  Set<String> models() {
    return models.keySet();
  }

  /** A model's figure; null: none. */
  Double of(String model, Figure figure) {
    return models.getOrDefault(model, new EnumMap<>(Figure.class)).get(figure);
  }

  /** The models that have some figures, and these: {@code [figures][models]}. */
  double[][] of(Figure... figures) {
    List<Map<Figure, Double>> having =
        models.values().stream()
            .filter(of -> of.keySet().containsAll(List.of(figures)))
            .<Map<Figure, Double>>map(of -> of)
            .toList();
    return Arrays.stream(figures)
        .map(figure -> having.stream().mapToDouble(of -> of.get(figure)).toArray())
        .toArray(double[][]::new);
  }
}
