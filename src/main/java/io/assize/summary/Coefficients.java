package io.assize.summary;

import io.assize.stats.Intervals;
import io.assize.stats.LengthControl;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The table {@code coefficients}: what length control and style control fitted. */
final class Coefficients {
  static final StructType SCHEMA =
      StructType.fromDDL(
          "judge STRING, scenario STRING, control STRING, model STRING, term STRING,"
              + " coefficient DOUBLE, standard_error DOUBLE, ci_low DOUBLE, ci_high DOUBLE");

  private static final String[] TERMS = {"model", "length", "difficulty"};

  private Coefficients() {}

  /** Either may be null. */
  static List<Row> of(
      String judge, List<String> names, LengthControlled length, StyleControlled style) {
    List<Row> rows = new ArrayList<>();
    for (int m = 0; length != null && m < names.size(); m++) {
      for (int i = 0; m != length.baseline() && i < TERMS.length; i++) {
        double error = Math.sqrt(Math.max(0, length.covariances()[m][i][i]));
        double value = length.parameters()[m * LengthControl.TERMS + i];
        if (i < 2 || length.difficulty()) {
          rows.add(row(judge, "length", names.get(m), TERMS[i], value, error));
        }
      }
    }
    for (int f = 0; style != null && f < style.features().length; f++) {
      String name = StyleControlled.FEATURES.get(style.features()[f]);
      rows.add(row(judge, "style", null, name, style.coefficient(f), style.error(f)));
    }
    return rows;
  }

  private static Row row(
      String judge, String control, String model, String term, double value, double error) {
    double half = Intervals.Z * error;
    return RowFactory.create(
        judge,
        Levels.ALL,
        control,
        model,
        term,
        value,
        Tables.known(error),
        Tables.known(value - half),
        Tables.known(value + half));
  }
}
