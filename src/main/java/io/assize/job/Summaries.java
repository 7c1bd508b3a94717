package io.assize.job;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;

import io.assize.config.SummaryConfig;
import io.assize.config.UserError;
import io.assize.scenario.Taxonomy;
import io.assize.spark.base.Paths;
import io.assize.summary.SummaryOptions;
import io.assize.summary.SummaryTables;
import io.assize.verdict.OutcomePolicy;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Summary tables as a configuration wants them. */
final class Summaries {
  private final SummaryOptions options;
  private final Map<String, Double> reference;

  /** Reads what the configuration names; a file that cannot be used is the user's mistake. */
  Summaries(SparkSession spark, SummaryConfig config) {
    this.options =
        SummaryOptions.DEFAULT
            .withOutcomes(
                OutcomePolicy.of(config.outcomes()), OutcomePolicy.of(config.agreementOutcomes()))
            .withModels(config.baseline(), config.anchor())
            .withStyleControl(config.styleControl())
            .withFamilies(config.families())
            .withDraws(
                config.intervals().bootstrap(),
                config.intervals().replicates(),
                config.intervals().seed());
    this.reference = config.reference() == null ? Map.of() : reference(spark, config.reference());
  }

  SummaryTables tables(
      Dataset<Row> verdicts, Dataset<Row> corpus, Taxonomy taxonomy, Consumer<String> progress) {
    return new SummaryTables(verdicts, corpus, taxonomy.groups(), options, reference, progress);
  }

  /** Ratings by model; of ranks the negative, so that more is better. */
  private static Map<String, Double> reference(SparkSession spark, SummaryConfig.Reference config) {
    String path = config.path();
    String[] found = Paths.find(spark, "assize.summary.reference", List.of(path));
    Dataset<Row> rows;
    try {
      rows = Paths.reader(spark).option("header", true).csv(found);
    } catch (Exception e) {
      throw UserError.configuration(
          "assize.summary.reference %s cannot be read as CSV: check the path", path);
    }
    List<String> columns = Arrays.asList(rows.columns());
    boolean rated = columns.contains(config.rating());
    String figure = rated ? config.rating() : config.rank();
    if (!columns.contains(config.model()) || !columns.contains(figure)) {
      throw UserError.configuration(
          "assize.summary.reference %s lacks the columns %s and %s, or %s: name its own in"
              + " assize.summary.reference_columns",
          path, config.model(), config.rating(), config.rank());
    }
    Map<String, Double> ratings = new TreeMap<>();
    for (Row row :
        rows.select(quoted(config.model()), quoted(figure).as("figure"))
            .withColumn("figure", expr("try_cast(figure AS DOUBLE)"))
            .collectAsList()) {
      if (row.isNullAt(0) || row.isNullAt(1)) {
        throw UserError.configuration(
            "assize.summary.reference %s: %s has no number as its %s", path, row.get(0), figure);
      }
      ratings.put(row.getString(0), rated ? row.getDouble(1) : -row.getDouble(1));
    }
    return ratings;
  }

  private static Column quoted(String column) {
    return col("`" + column.replace("`", "``") + "`");
  }
}
