package io.assize.job;

import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.Ruling;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import io.assize.prompt.Request;
import io.assize.store.VerdictTable;
import io.assize.verdict.Decision;
import io.assize.verdict.Order;
import io.assize.verdict.Provenance;
import io.assize.verdict.Status;
import io.assize.verdict.Verdict;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * Makes verdicts of what a judge answered.
 *
 * @param judge its name
 */
record VerdictMaker(String judge, Protocol protocol) implements Serializable {

  /** A row in one order that wants the verdict. */
  record Asker(String sampleId, Order order) {}

  /**
   * A request that was asked.
   *
   * @param note what was done to its texts; null for nothing
   * @param attempts how often the judge was asked
   */
  record Asked(Request request, String key, String note, int attempts) {}

  /** The rows that share a request: its own first, then those of the column {@code askers}. */
  static List<Asker> askers(Row row, Request request) {
    List<Row> others = row.getList(row.fieldIndex("askers"));
    List<Asker> askers = new ArrayList<>();
    askers.add(new Asker(request.sampleId(), request.order()));
    for (Row other : others) {
      Asker asker = new Asker(other.getString(0), Order.of(other.getString(1)));
      if (!asker.equals(askers.get(0))) {
        askers.add(asker);
      }
    }
    return askers;
  }

  /** A verdict for each who asks, as rows of {@link VerdictTable}. */
  static List<Row> rows(Verdict verdict, List<Asker> askers) {
    List<Row> rows = new ArrayList<>();
    rows.add(VerdictTable.TABLE.row(verdict));
    for (Asker other : askers.subList(1, askers.size())) {
      rows.add(VerdictTable.TABLE.row(verdict.sharedWith(other.sampleId(), other.order())));
    }
    return rows;
  }

  /** The verdict of an answer. */
  Verdict answered(Asked asked, Completion completion, Provenance made) {
    Ruling ruling = completion.ruling(protocol.decision()).orElse(null);
    return verdict(
        asked,
        completion,
        ruling,
        ruling == null ? Status.UNPARSABLE : Status.OK,
        ruling == null ? "the answer states no valid " + wanted() : null,
        completion.text(),
        made);
  }

  /** The verdict where there is no answer. */
  Verdict failed(Asked asked, JudgeException failure, Provenance made) {
    boolean tooLong = failure.reason() == JudgeException.Reason.TOO_LONG;
    return verdict(
        asked,
        null,
        null,
        tooLong ? Status.TOO_LONG : Status.ENGINE_ERROR,
        failure.getMessage(),
        failure.text(),
        made);
  }

  private Verdict verdict(
      Asked asked,
      Completion completion,
      Ruling ruling,
      Status status,
      String error,
      String text,
      Provenance made) {
    Order order = asked.request().order();
    return new Verdict(
        asked.key(),
        asked.request().sampleId(),
        protocol.name(),
        order,
        judge,
        ruling == null ? Decision.INVALID : order.decision(ruling.choice()),
        ruling == null ? null : order.probability(ruling.probabilityFirst()),
        ruling == null ? null : ruling.rating(),
        text,
        status,
        error,
        completion == null ? 0 : completion.promptTokens(),
        completion == null ? 0 : completion.generatedTokens(),
        completion == null ? null : completion.finishReason(),
        Instant.now(),
        made,
        null,
        asked.note(),
        asked.attempts());
  }

  private String wanted() {
    return protocol.kind() == ProtocolKind.PAIRWISE ? "final decision" : "rating from 1 to 10";
  }
}
