package io.assize.corpus;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.isnan;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.lower;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import io.assize.config.CorpusConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;

/** Why a row cannot be judged, and what its values mean where it can. */
final class RowChecks {
  /** The reason of a label that means nothing. */
  static final String NO_LABEL = "label is none of a, b, tie";

  private final CorpusConfig config;
  private final CorpusSchema schema;

  RowChecks(CorpusConfig config, CorpusSchema schema) {
    this.config = config;
    this.schema = schema;
  }

  /** The first reason against a row; null for none. */
  Column reason() {
    List<Column> reasons = new ArrayList<>();
    List<String> responses = schema.responses();
    for (String name : schema.required()) {
      boolean response = responses.contains(name);
      if (!response || config.emptyResponse().equals("quarantine")) {
        reasons.add(when(col(name).isNull(), lit(name + " is null")));
      }
      if (!response) {
        reasons.add(when(not(filled(col(name))), lit(name + " is empty")));
      }
    }
    for (String name : schema.models()) {
      reasons.add(when(reserved(col(name)), lit(reservedReason(name))));
    }
    reasons.add(when(reserved(scenario()), lit(reservedReason("scenario"))));
    if (schema.has(MODEL_A)) {
      reasons.add(
          when(col(MODEL_A).equalTo(col(MODEL_B)), lit("model_a and model_b are the same")));
    }
    if (schema.has("label")) {
      reasons.add(when(filled(col("label")).and(label().isNull()), lit(NO_LABEL)));
    }
    if (schema.has("rating")) {
      Column number = rating();
      Column finite =
          number
              .isNotNull()
              .and(not(isnan(number)))
              .and(abs(number).lt(lit(Double.POSITIVE_INFINITY)));
      reasons.add(when(filled(col("rating")).and(not(finite)), lit("rating is no finite number")));
    }
    return coalesce(reasons.toArray(new Column[0]));
  }

  /** What a column of ours means in a row that is fit to be judged. */
  Column meaning(String name) {
    Column meaning =
        switch (name) {
          case "scenario" -> coalesce(scenario(), lit(config.defaultScenario()));
          case "label" -> label();
          case "rating" -> rating();
          default -> col(name);
        };
    boolean silent =
        schema.responses().contains(name)
            && schema.required().contains(name)
            && config.emptyResponse().equals("judge");
    return (silent ? coalesce(meaning, lit("")) : meaning).as(name);
  }

  private static Column scenario() {
    return when(filled(col("scenario")), trim(col("scenario")));
  }

  private static Column rating() {
    return expr("try_cast(rating AS DOUBLE)");
  }

  private Column label() {
    Column text = lower(regexp_replace(col("label"), "^\\s+|\\s+$", ""));
    Column written = regexp_replace(text, CorpusConfig.WHOLE, "$1");
    Column meaning = lit(null).cast("string");
    for (Map.Entry<String, String> value : config.labelValues().entrySet()) {
      meaning = when(written.equalTo(value.getKey()), lit(value.getValue())).otherwise(meaning);
    }
    return meaning;
  }

  private static Column filled(Column text) {
    return text.rlike("\\S");
  }

  /** As {@link CorpusConfig#reserved}. */
  private static Column reserved(Column name) {
    return name.equalTo("all").or(name.startsWith("group:"));
  }

  private static String reservedReason(String name) {
    return name + " is named all or group:…, which are reserved";
  }
}
