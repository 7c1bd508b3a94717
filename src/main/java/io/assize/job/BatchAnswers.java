package io.assize.job;

import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.substring;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.spark.base.Paths;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * What came back of files of requests: lines of JSON, each with the {@code custom_id} of its
 * request. A request's id is its verdict's key, that of the question after it begins with {@value
 * #QUESTION}. Of several answers to one request, one without an error counts.
 */
final class BatchAnswers {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String QUESTION = "question-";

  /** Providers take ids of 64 characters. */
  private static final int KEY_IN_QUESTION = 48;

  private static final StructType LINES =
      StructType.fromDDL("id STRING, answered BOOLEAN, line STRING, file STRING");

  private final Dataset<Row> lines;

  private BatchAnswers(Dataset<Row> lines) {
    this.lines = lines;
  }

  /** The id of the question that follows a request. */
  static String questionId(String key) {
    return QUESTION + key.substring(0, KEY_IN_QUESTION);
  }

  /**
   * Reads files, folders of them, or patterns.
   *
   * @throws io.assize.config.UserError where one is not there
   */
  static BatchAnswers read(SparkSession spark, List<String> names) {
    Dataset<Row> text =
        Paths.reader(spark)
            .text(Paths.find(spark, "the answers", names))
            .filter(col("value").rlike("\\S"))
            .select(col("value"), input_file_name().as("file"));
    MapFunction<Row, Row> line = row -> line(row.getString(0), row.getString(1));
    return new BatchAnswers(text.map(line, Encoders.row(LINES)));
  }

  private static Row line(String text, String file) {
    try {
      JsonNode json = JSON.readTree(text);
      JsonNode id = json.path("custom_id");
      if (id.isTextual()) {
        boolean answered =
            !json.hasNonNull("error")
                && json.path("response").path("status_code").asInt(200) == 200;
        return RowFactory.create(id.asText(), answered, text, file);
      }
    } catch (JsonProcessingException e) {
      // As a line without an id.
    }
    return RowFactory.create(null, false, text, file);
  }

  /** Says which lines are none, if there are some. */
  void tellUnreadable(Consumer<String> progress) {
    Row none = lines.filter(col("id").isNull()).agg(count(lit(1)), min("file")).head();
    if (none.getLong(0) > 0) {
      progress.accept(
          String.format(
              Locale.ROOT,
              "%d lines are no answers (JSON with a custom_id), as in %s: they are passed over;"
                  + " fetch the file again if it should be whole",
              none.getLong(0),
              none.getString(1)));
    }
  }

  /** {@code verdict_key, answer} of the requests that were answered, well or not. */
  Dataset<Row> answers() {
    return once(lines.filter(
            col("id").isNotNull().and(col("id").startsWith(QUESTION).equalTo(false))))
        .toDF(VERDICT_KEY, "answer");
  }

  /**
   * Requests with what came back of their questions, in the column {@code question}; null where
   * nothing did.
   */
  Dataset<Row> withQuestions(Dataset<Row> requests) {
    Dataset<Row> asked =
        once(lines.filter(col("id").startsWith(QUESTION))).toDF("question_id", "question");
    Column id = concat(lit(QUESTION), substring(col(VERDICT_KEY), 1, KEY_IN_QUESTION));
    return requests.join(asked, id.equalTo(col("question_id")), "left").drop("question_id");
  }

  private static Dataset<Row> once(Dataset<Row> lines) {
    return lines
        .groupBy("id")
        .agg(max(struct("answered", "line")).as("best"))
        .select(col("id"), col("best").getField("line"));
  }
}
