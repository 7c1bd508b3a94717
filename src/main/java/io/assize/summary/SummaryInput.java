package io.assize.summary;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.assize.store.Outcomes;
import io.assize.verdict.OutcomePolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;

/**
 * What summaries read. A column that the corpus lacks is null.
 *
 * @param verdicts those that count
 * @param corpus the rows they are about
 * @param setAside rows that were not judged, and {@code reason}; null: none are known
 */
record SummaryInput(Dataset<Row> verdicts, Dataset<Row> corpus, Dataset<Row> setAside) {
  private static final List<String> PAIR_COLUMNS =
      List.of(MODEL_A, MODEL_B, RESPONSE_A, RESPONSE_B, "label");

  private static final List<String> LEFT_OUT_COLUMNS =
      List.of("scenario", MODEL_A, MODEL_B, "model", "reason");

  /** All judged pairs. */
  JavaRDD<GameBlock> blocks() {
    return Games.blocks(Outcomes.ofPairs(verdicts), games());
  }

  /** Who judged pairs, by which protocols: {@code judge, protocol}. */
  Dataset<Row> jurors() {
    return verdicts.filter(col("order").isin("ab", "ba")).select("judge", "protocol").distinct();
  }

  /** Each judge's verdicts on pairs as {@link Outcomes#ofPairs} has them, scenario and prompt. */
  Dataset<Row> outcomes() {
    return Outcomes.ofPairs(verdicts)
        .join(
            corpus.select(col(SAMPLE_ID), col("scenario"), prompt(corpus).as("prompt")), SAMPLE_ID);
  }

  /**
   * Ratings of single responses: judge, sample_id, scenario, prompt, model, rating, person; null
   * where none is.
   */
  Dataset<Row> ratings() {
    Dataset<Row> single =
        verdicts.filter(col("order").equalTo("single")).select("judge", SAMPLE_ID, "rating");
    Column person = has("rating") ? col("rating") : lit(null);
    return single.join(
        corpus.select(
            col(SAMPLE_ID),
            col("scenario"),
            prompt(corpus).as("prompt"),
            column("model"),
            person.cast(DataTypes.DoubleType).as("person")),
        SAMPLE_ID);
  }

  /** What gave no outcome. */
  LeftOut leftOut(Names names, Levels tree, OutcomePolicy policy) {
    List<String> judges = new ArrayList<>();
    names.judges().forEach(judges::add);
    Column[] models = {column(MODEL_A), column(MODEL_B), column("model")};
    Dataset<Row> rows =
        corpus.select(col(SAMPLE_ID), col("scenario"), models[0], models[1], models[2]);
    return LeftOut.of(verdicts, rows, withoutOutcome(), judges, tree, policy);
  }

  /** What was set aside, with null for the columns that it lacks; null where nothing is known. */
  private Dataset<Row> withoutOutcome() {
    if (setAside == null) {
      return null;
    }
    List<String> there = Arrays.asList(setAside.columns());
    Column[] columns =
        LEFT_OUT_COLUMNS.stream()
            .map(name -> (there.contains(name) ? col(name) : lit(null)).cast("string").as(name))
            .toArray(Column[]::new);
    return setAside.select(columns);
  }

  private Dataset<Row> games() {
    List<Column> columns = new ArrayList<>(List.of(col(SAMPLE_ID), col("scenario")));
    columns.add(prompt(corpus).as("prompt"));
    PAIR_COLUMNS.forEach(name -> columns.add(column(name)));
    return corpus
        .select(columns.toArray(new Column[0]))
        .filter(col(MODEL_A).isNotNull().and(col(MODEL_B).isNotNull()))
        .select(
            col(SAMPLE_ID),
            col("scenario"),
            col("prompt"),
            col(MODEL_A),
            col(MODEL_B),
            col("label"),
            Features.OF.apply(col(RESPONSE_A), col(RESPONSE_B)).as("features"));
  }

  /** What tells prompts apart; a row without a prompt stands for itself. */
  static Column prompt(Dataset<Row> corpus) {
    Column prompt = text(corpus, "prompt");
    return when(prompt.isNotNull(), xxhash64(prompt)).otherwise(xxhash64(col(SAMPLE_ID)));
  }

  /** A column of texts; null where the corpus lacks it. */
  static Column text(Dataset<Row> corpus, String name) {
    boolean there = Arrays.asList(corpus.columns()).contains(name);
    return (there ? col(name) : lit(null)).cast(DataTypes.StringType).as(name);
  }

  private Column column(String name) {
    return text(corpus, name);
  }

  private boolean has(String name) {
    return Arrays.asList(corpus.columns()).contains(name);
  }
}
