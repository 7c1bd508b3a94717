package io.assize.verdict;

import java.sql.Timestamp;
import java.time.Instant;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * One row of the table {@code verdicts}.
 *
 * @param key sha-256, see {@link VerdictKey}
 * @param decision null for a single rating that is valid
 * @param probabilityA probability that a is better, 0…1; null where the judge gives none
 * @param rating 1…10; null for pairwise
 * @param critique the judge's text; null where it wrote none
 * @param error why the status is not ok; null where it is
 * @param finishReason null where nothing was generated
 * @param judgedFor the row, {@code SAMPLE_ID (ORDER)}, for which an equal request was judged; null
 *     where this row's own request was
 * @param note what was done to the row's texts, as a cut; null for nothing
 * @param attempts how often the judge was asked
 */
public record Verdict(
    String key,
    String sampleId,
    String protocol,
    Order order,
    String judge,
    Decision decision,
    Double probabilityA,
    Double rating,
    String critique,
    Status status,
    String error,
    int promptTokens,
    int generatedTokens,
    String finishReason,
    Instant judgedAt,
    Provenance provenance,
    String judgedFor,
    String note,
    int attempts) {

  public static final StructType SCHEMA =
      new StructType()
          .add("verdict_key", DataTypes.StringType)
          .add("sample_id", DataTypes.StringType)
          .add("protocol", DataTypes.StringType)
          .add("order", DataTypes.StringType)
          .add("judge", DataTypes.StringType)
          .add("decision", DataTypes.StringType)
          .add("probability_a", DataTypes.DoubleType)
          .add("rating", DataTypes.DoubleType)
          .add("critique", DataTypes.StringType)
          .add("status", DataTypes.StringType)
          .add("error", DataTypes.StringType)
          .add("prompt_tokens", DataTypes.IntegerType)
          .add("generated_tokens", DataTypes.IntegerType)
          .add("finish_reason", DataTypes.StringType)
          .add("judged_at", DataTypes.TimestampType)
          .add("run_id", DataTypes.StringType)
          .add("judge_fingerprint", DataTypes.StringType)
          .add("template_sha256", DataTypes.StringType)
          .add("assize_version", DataTypes.StringType)
          .add("judged_for", DataTypes.StringType)
          .add("note", DataTypes.StringType)
          .add("attempts", DataTypes.IntegerType)
          .add("precision", DataTypes.StringType)
          .add("kernels", DataTypes.StringType);

  /** Columns that every table of verdicts has; later ones may be absent in older tables. */
  public static final int LEAST_COLUMNS = 16;

  /** This verdict in the form of {@link #SCHEMA}. */
  public Row toRow() {
    return RowFactory.create(
        key,
        sampleId,
        protocol,
        order.text(),
        judge,
        decision == null ? null : decision.text(),
        probabilityA,
        rating,
        critique,
        status.text(),
        error,
        promptTokens,
        generatedTokens,
        finishReason,
        Timestamp.from(judgedAt),
        provenance.runId(),
        provenance.judgeFingerprint(),
        provenance.templateSha256(),
        provenance.assizeVersion(),
        judgedFor,
        note,
        attempts,
        provenance.precision(),
        provenance.kernels());
  }

  /** The verdict of another row that made the same request, in that row's terms of a and b. */
  public Verdict sharedWith(String otherSample, Order otherOrder) {
    boolean swap = otherOrder != order;
    return new Verdict(
        key,
        otherSample,
        protocol,
        otherOrder,
        judge,
        swap && decision != null ? decision.swapped() : decision,
        swap && probabilityA != null ? (Double) (1 - probabilityA) : probabilityA,
        rating,
        critique,
        status,
        error,
        promptTokens,
        generatedTokens,
        finishReason,
        judgedAt,
        provenance,
        sampleId + " (" + order.text() + ")",
        note,
        attempts);
  }
}
