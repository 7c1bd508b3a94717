package io.assize.corpus.importer;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.format_string;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.monotonically_increasing_id;

import io.assize.config.UserError;
import io.assize.spark.base.Paths;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The public test sets of Auto-J (Li et al., ICLR 2024) and the outputs recorded for them: labels
 * and outputs count 0 for the first response shown, 1 for the second, 2 for a tie; rows of the
 * files belong together by their place.
 */
final class AutoJData {
  private static final String PAIRS = "pairwise_test.jsonl";
  private static final String OUTPUT = "pairwise_autoj_output.jsonl";
  private static final String SWAPPED = "pairwise_autoj_output_swapped.jsonl";
  private static final String SINGLES = "critique_test.jsonl";
  private static final String CRITIQUES = "critique_autoj_output.jsonl";

  /** Where the same files lie in a checkout of Auto-J's repository. */
  private static final Map<String, String> IN_CHECKOUT =
      Map.of(
          PAIRS, "data/test/testdata_pairwise.jsonl",
          OUTPUT, "data/outputs/pairwise_example_output.jsonl",
          SWAPPED, "data/outputs/pairwise_exchange_example_output.jsonl",
          SINGLES, "data/test/testdata_critique.jsonl",
          CRITIQUES, "data/outputs/critique_example_output.jsonl");

  private final SparkSession spark;
  private final String dir;
  private final boolean checkout;

  /** A checkout of Auto-J's repository, or a folder of its files under the names above. */
  AutoJData(SparkSession spark, String dir) {
    this.spark = spark;
    this.dir = Paths.qualified(spark, dir).toString();
    this.checkout = exists(IN_CHECKOUT.get(PAIRS));
    for (String name : List.of(PAIRS, OUTPUT, SWAPPED, SINGLES, CRITIQUES)) {
      if (!exists(file(name))) {
        throw UserError.configuration(
            "%s lacks %s: name a checkout of Auto-J or the folder of its data", dir, file(name));
      }
    }
  }

  /** The pairwise test set as a pairwise corpus; the models are not known by name. */
  Dataset<Row> pairwiseCorpus() {
    return numbered(PAIRS)
        .select(
            id("pairwise"),
            col("prompt"),
            lit("response_1").as(MODEL_A),
            lit("response_2").as(MODEL_B),
            col("response 1").as(RESPONSE_A),
            col("response 2").as(RESPONSE_B),
            col("scenario"),
            shown("label", "a", "b").as("label"));
  }

  /** The recorded decisions in both orders, in terms of the corpus's a and b. */
  Dataset<Row> pairwiseRecordings() {
    return decisions(OUTPUT, "ab", "a", "b").union(decisions(SWAPPED, "ba", "b", "a"));
  }

  /** The critique test set as a single corpus. */
  Dataset<Row> singleCorpus() {
    return numbered(SINGLES)
        .select(
            id("single"),
            col("prompt"),
            lit("response").as("model"),
            col("response"),
            col("scenario"));
  }

  /** The recorded critiques with their ratings, as raw texts. */
  Dataset<Row> singleRecordings() {
    return numbered(CRITIQUES)
        .select(
            id("single"),
            lit("single").as("order"),
            col("output"),
            lit(null).cast("string").as("decision"),
            lit(null).cast("double").as(PROBABILITY_A),
            lit(null).cast("double").as("rating"));
  }

  private Dataset<Row> decisions(String file, String order, String first, String second) {
    return numbered(file)
        .select(
            id("pairwise"),
            lit(order).as("order"),
            lit(null).cast("string").as("output"),
            shown("output", first, second).as("decision"),
            lit(null).cast("double").as(PROBABILITY_A),
            lit(null).cast("double").as("rating"));
  }

  private static Column shown(String column, String first, String second) {
    return element_at(
        map(lit(0L), lit(first), lit(1L), lit(second), lit(2L), lit("tie")), col(column));
  }

  private static Column id(String kind) {
    return concat(lit("autoj-" + kind + "-"), format_string("%05d", col("place"))).as(SAMPLE_ID);
  }

  /** Rows with their place in the file, from 0: in one partition, ids count up without a gap. */
  private Dataset<Row> numbered(String name) {
    Dataset<Row> rows = Paths.reader(spark).json(new Path(dir, file(name)).toString()).coalesce(1);
    if (Arrays.asList(rows.columns()).contains("_corrupt_record")) {
      throw UserError.configuration("%s has lines that are not JSON: fetch it again", file(name));
    }
    return rows.withColumn("place", monotonically_increasing_id());
  }

  private String file(String name) {
    return checkout ? IN_CHECKOUT.get(name) : name;
  }

  private boolean exists(String name) {
    try {
      Path path = new Path(dir, name);
      FileSystem files = Paths.fileSystem(spark, path);
      return files.exists(path);
    } catch (IOException e) {
      return false;
    }
  }
}
