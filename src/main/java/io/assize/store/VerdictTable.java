package io.assize.store;

import static io.assize.table.ColumnNames.JUDGED_AT;
import static io.assize.table.ColumnNames.JUDGED_FOR;
import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RUN_ID;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;

import io.assize.config.UserError;
import io.assize.table.Table;
import io.assize.table.TableStore;
import io.assize.verdict.Provenance;
import io.assize.verdict.Verdict;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The table {@code verdicts}. */
public final class VerdictTable {
  /** The table; later columns may be absent in older stores. */
  public static final Table<Verdict> TABLE =
      Table.<Verdict>of(
              "verdicts",
              "a request: one for each row and order (a Delta table, or elsewhere:"
                  + " [store.md](store.md); `verdicts.csv` has this corpus's verdicts that count)")
          .text(VERDICT_KEY, Verdict::key, "sha-256 of judge, protocol and rendered prompt")
          .text(SAMPLE_ID, Verdict::sampleId, "the row of the corpus")
          .text("protocol", Verdict::protocol, "the protocol's name")
          .text("order", v -> v.order().text(), "`ab`, `ba` or `single`: what was shown first")
          .text("judge", Verdict::judge, "the judge's name")
          .text(
              "decision",
              v -> v.decision() == null ? null : v.decision().text(),
              "`a`, `b`, `tie`, `invalid`, in terms of the corpus; null for a valid rating")
          .number(PROBABILITY_A, Verdict::probabilityA, "that a is better, where it is given")
          .number(
              "rating", Verdict::rating, "of a single response: 1…10, or a reward model's score")
          .text("critique", Verdict::critique, "the judge's text")
          .text(
              "status", v -> v.status().text(), "`ok`, `unparsable`, `too_long` or `engine_error`")
          .text("error", Verdict::error, "why the status is not `ok`")
          .integer("prompt_tokens", Verdict::promptTokens, "tokens read")
          .integer("generated_tokens", Verdict::generatedTokens, "tokens written")
          .text("finish_reason", Verdict::finishReason, "why the judge stopped writing")
          .time(JUDGED_AT, Verdict::judgedAt, "when")
          .text(RUN_ID, made(Provenance::runId), "the run that had it judged")
          .text(
              "judge_fingerprint",
              made(Provenance::judgeFingerprint),
              "sha-256 over what can change the judge's answers")
          .text(
              "template_sha256",
              made(Provenance::templateSha256),
              "of the protocol: template, system message and rule")
          .text("assize_version", made(Provenance::assizeVersion), "the code that wrote it")
          .text(
              JUDGED_FOR,
              Verdict::judgedFor,
              "the row whose equal request was judged; null where it was this one's")
          .text("note", Verdict::note, "what was done to the texts, as a cut")
          .integer("attempts", Verdict::attempts, "how often the judge was asked")
          .text(
              "precision",
              made(Provenance::precision),
              "of a model's products ([engine.md](engine.md)); null for others and in older rows")
          .text(
              "kernels", made(Provenance::kernels), "what the device computed with; null likewise");

  /** Its schema. */
  public static final StructType SCHEMA = TABLE.schema();

  /** Columns that every table of verdicts has. */
  private static final int LEAST_COLUMNS = 16;

  private VerdictTable() {}

  private static Function<Verdict, String> made(Function<Provenance, String> value) {
    return verdict -> value.apply(verdict.provenance());
  }

  /**
   * Reads the verdicts of a folder, a store's or a single table's, as {@link #TABLE}.
   *
   * @throws UserError where they lack a column
   */
  public static Dataset<Row> read(SparkSession spark, String path) {
    Dataset<Row> verdicts =
        VerdictStore.plain(spark, path)
            .map(VerdictStore::table)
            .orElseGet(() -> TableStore.read(spark, path, TABLE.name()));
    List<String> there = Arrays.asList(verdicts.columns());
    for (String column : TABLE.columns().subList(0, LEAST_COLUMNS)) {
      if (!there.contains(column)) {
        throw UserError.configuration(
            "%s lacks the column %s: name a folder of verdicts", path, column);
      }
    }
    return TABLE.select(verdicts);
  }
}
