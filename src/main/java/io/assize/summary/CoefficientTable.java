package io.assize.summary;

import io.assize.stats.Intervals;
import io.assize.stats.LengthControl;
import io.assize.table.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** {@code coefficients}: what length control and style control fitted, over all. */
final class CoefficientTable implements LevelTable<CoefficientTable.Coefficient> {
  private static final long serialVersionUID = 1;

  static final Table<Coefficient> TABLE =
      Levels.columns(
              Table.<Coefficient>of(
                  SummaryTables.COEFFICIENTS, "judge × term of length control and style control"),
              Coefficient::level)
          .text("control", Coefficient::control, "`length` or `style`")
          .text("model", Coefficient::model, "of length control: whose term it is")
          .text(
              "term",
              Coefficient::term,
              "`model`, `length` and `difficulty`; or `length`, `headers`, `lists`, `bold`")
          .number("coefficient", Coefficient::value, "in logits")
          .number("standard_error", Coefficient::error, "of it")
          .number("ci_low", row -> row.value() - row.half(), "of its 95 % interval")
          .number("ci_high", row -> row.value() + row.half(), "likewise");

  private static final List<String> TERMS = List.of("model", "length", "difficulty");

  /** A row. */
  record Coefficient(
      Level level, String control, String model, String term, double value, double error) {
    double half() {
      return Intervals.Z * error;
    }
  }

  @Override
  public Table<Coefficient> table() {
    return TABLE;
  }

  @Override
  public Stream<Coefficient> rows(Level level, Fits fits) {
    List<Coefficient> rows = new ArrayList<>();
    if (level.isAll()) {
      addLength(level, fits, rows);
      addStyle(level, fits, rows);
    }
    return rows.stream();
  }

  private static void addLength(Level level, Fits fits, List<Coefficient> rows) {
    LengthControlled length = fits.length().get(level.judge());
    List<String> names = fits.names(level);
    for (int m = 0; length != null && m < names.size(); m++) {
      for (int i = 0; m != length.baseline() && i < TERMS.size(); i++) {
        double error = Math.sqrt(Math.max(0, length.covariances()[m][i][i]));
        double value = length.parameters()[m * LengthControl.TERMS + i];
        boolean fitted = length.difficulty() || !TERMS.get(i).equals("difficulty");
        if (fitted) {
          rows.add(new Coefficient(level, "length", names.get(m), TERMS.get(i), value, error));
        }
      }
    }
  }

  private static void addStyle(Level level, Fits fits, List<Coefficient> rows) {
    StyleControlled style = fits.style().get(level.judge());
    for (int f = 0; style != null && f < style.features().length; f++) {
      String term = StyleControlled.FEATURES.get(style.features()[f]);
      rows.add(new Coefficient(level, "style", null, term, style.coefficient(f), style.error(f)));
    }
  }
}
