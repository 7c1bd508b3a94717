package io.assize.spark;

import io.assize.judge.Completion;
import io.assize.judge.InFlight;
import io.assize.judge.Judge;
import io.assize.judge.JudgeSpec;
import io.assize.judge.Prompt;
import io.assize.judge.Ruling;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * One task's share of a {@link JudgeTransformer}'s work.
 *
 * @param spec the judge
 * @param rule what is read from the answers
 * @param column where the prompts stand
 */
record JudgeTexts(JudgeSpec spec, String rule, int column)
    implements MapPartitionsFunction<Row, Row> {

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return rows;
    }
    TaskJudge task = TaskJudge.acquire(spec);
    InFlight<Row> inFlight = task.inFlight(rows, row -> submit(task.judge(), row));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return inFlight.hasNext();
      }

      @Override
      public Row next() {
        return judged(inFlight.next());
      }
    };
  }

  private CompletableFuture<Completion> submit(Judge judge, Row row) {
    return row.isNullAt(column)
        ? CompletableFuture.completedFuture(null)
        : judge.submit(Prompt.ofText("row", row.getString(column), rule));
  }

  private Row judged(InFlight.Answered<Row> answered) {
    Row row = answered.row();
    Object[] values = new Object[row.length() + 1];
    for (int i = 0; i < row.length(); i++) {
      values[i] = row.get(i);
    }
    Completion completion = answered.completion();
    if (answered.failure() != null) {
      values[row.length()] =
          RowFactory.create(null, null, null, null, null, null, answered.failure().getMessage());
    } else if (completion != null) {
      Ruling ruling = completion.ruling(rule).orElse(null);
      values[row.length()] =
          RowFactory.create(
              completion.text(),
              ruling == null || ruling.choice() == null
                  ? null
                  : ruling.choice().name().toLowerCase(Locale.ROOT),
              ruling == null ? null : ruling.probabilityFirst(),
              ruling == null ? null : ruling.rating(),
              completion.promptTokens(),
              completion.generatedTokens(),
              null);
    }
    return RowFactory.create(values);
  }
}
