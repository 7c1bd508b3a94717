package io.assize.job;

import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import io.assize.config.AssizeConfig;
import io.assize.corpus.Corpus;
import io.assize.corpus.CorpusReader;
import io.assize.judge.BatchForm;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeProvider;
import io.assize.judge.Prompt;
import io.assize.prompt.Request;
import io.assize.spark.base.Kept;
import io.assize.store.VerdictStore;
import io.assize.store.VerdictTable;
import io.assize.verdict.Provenance;
import io.assize.verdict.Verdict;
import java.io.Serializable;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Judging by files: what a run would ask goes out as files of requests, which a provider works off
 * in its own time, and what comes back becomes verdicts of that judge, under the keys that they
 * would have had. The run after that finds them judged.
 */
public final class RequestsJob {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String[] KEY = {VERDICT_KEY};

  private final String runId = UUID.randomUUID().toString();
  private final SparkSession spark;
  private final AssizeConfig config;
  private final Consumer<String> progress;
  private final JudgeStage stage;
  private final BatchForm form;
  private final VerdictStore store;

  /**
   * What went out.
   *
   * @param requests lines in the files
   * @param done requests of the corpus that need none: judged, decided without a judge, equal to
   *     another or waiting for an answer
   */
  public record Exported(String folder, List<String> files, long requests, long done) {}

  /**
   * What came back.
   *
   * @param answers of requests
   * @param judged those that became a verdict that is ok
   * @param failed those that became one that is not
   * @param undecided texts that state no decision, and whose question is still to be asked
   * @param known answers of requests that the store has a verdict for
   * @param foreign answers of requests that are not this corpus's, judge's and protocol's
   * @param pending requests that are still to be judged
   */
  public record Imported(
      long answers,
      long judged,
      long failed,
      long undecided,
      long known,
      long foreign,
      long pending,
      String store) {}

  /**
   * Checks judge and protocol; nothing is read yet.
   *
   * @param without what the judge's provider does not take of a request
   * @throws io.assize.config.UserError where this judge is not asked by files
   */
  public RequestsJob(
      SparkSession spark, AssizeConfig config, List<String> without, Consumer<String> progress) {
    this.spark = spark;
    this.config = config;
    this.progress = progress;
    this.stage = JudgeStage.of(spark, config, runId);
    this.form = JudgeProvider.of(stage.spec().config()).batches(stage.spec().config(), without);
    this.store = VerdictStore.find(spark, config);
  }

  /**
   * Writes what is to be asked.
   *
   * @param out a folder that is not there yet
   * @param requests most lines of a file
   * @param bytes most bytes of a file
   * @param answers what came back already: the questions that it leaves are written, and nothing
   *     else; empty: every request that is pending
   */
  public Exported export(String out, long requests, long bytes, List<String> answers) {
    try (RequestFiles files =
            new RequestFiles(spark, out, new RequestFiles.Limits(requests, bytes));
        Asked asked = new Asked()) {
      Dataset<Row> wanted = asked.pending();
      FlatMapFunction<Row, String> lines =
          answers.isEmpty()
              ? new FirstLine(form, stage.maker())
              : new QuestionLine(form, stage.maker());
      if (!answers.isEmpty()) {
        BatchAnswers back = BatchAnswers.read(spark, answers);
        back.tellUnreadable(progress);
        wanted = back.withQuestions(wanted.join(back.answers(), VERDICT_KEY));
      }
      long written = 0;
      Iterator<String> each = wanted.flatMap(lines, Encoders.STRING()).toLocalIterator();
      while (each.hasNext()) {
        files.write(each.next());
        written++;
      }
      return new Exported(out, files.finish(), written, asked.plan.requests() - written);
    }
  }

  /** Takes what came back into the store, in one commit. */
  public Imported take(List<String> answers) {
    BatchAnswers back = BatchAnswers.read(spark, answers);
    back.tellUnreadable(progress);
    try (Asked asked = new Asked();
        Kept kept = new Kept()) {
      Dataset<Row> ids = kept.keep(back.answers());
      Dataset<Row> matched = back.withQuestions(asked.pending().join(ids, VERDICT_KEY));
      Dataset<Row> verdicts =
          kept.keep(
              matched.flatMap(
                  new Answered(
                      form,
                      stage.maker(),
                      new VerdictMaker(stage.spec().name(), stage.maker().protocol()),
                      stage.provenance()),
                  Encoders.row(VerdictTable.SCHEMA)));
      // Before the store is written to: what Spark keeps of it is read anew after that.
      long all = ids.count();
      long foreign = ids.join(asked.plan.all(), KEY, "left_anti").count();
      long open = ids.join(asked.plan.pending(), KEY, "left_semi").count();
      Row keys = keys(verdicts);
      long judged = keys.getLong(1);
      long failed = keys.getLong(0) - judged;
      if (judged + failed > 0) {
        store.append(
            verdicts, stage.spec().name(), stage.maker().protocol().name(), runId + "-answers");
      }
      return new Imported(
          all,
          judged,
          failed,
          open - judged - failed,
          all - foreign - open,
          foreign,
          asked.plan.pendingKeys() - keys.getLong(2),
          store.path());
    }
  }

  /** Different keys: all, those that are ok, and those that settle their request. */
  private static Row keys(Dataset<Row> verdicts) {
    return verdicts
        .select(col(VERDICT_KEY), col("status"))
        .distinct()
        .agg(
            count(lit(1)),
            count(when(col("status").equalTo("ok"), lit(1))),
            count(when(Plan.answered(), lit(1))))
        .head();
  }

  /** The corpus's requests beside the store. */
  private final class Asked implements AutoCloseable {
    private final Dataset<Row> requests;
    private final Plan plan;

    Asked() {
      Corpus corpus = new CorpusReader(spark, progress).read(config.corpus(), stage.schema());
      progress.accept(corpus.summary());
      if (corpus.rowsValid() == 0) {
        throw corpus.nothingLeft(config.corpus().paths(), "judged", "");
      }
      store.prepare();
      this.requests = stage.requests(corpus.valid());
      String judge = stage.spec().name();
      String protocol = stage.maker().protocol().name();
      this.plan = new Plan(stage.keys(requests), store.read(judge, protocol), Mode.PENDING, runId);
    }

    /** What a judge is to be asked, each request once, with all who make it. */
    Dataset<Row> pending() {
      return stage
          .once(requests, plan.pending(), plan.pendingKeys())
          .filter(col("recording").isNull());
    }

    @Override
    public void close() {
      plan.close();
    }
  }

  /** A request's line, as OpenAI's Batch API has it. */
  private static String line(BatchForm form, String id, String body) {
    ObjectNode line = JSON.createObjectNode();
    line.put("custom_id", id).put("method", "POST").put("url", form.path());
    return line.putRawValue("body", new RawValue(body)).toString();
  }

  /** The line of each request. */
  private record FirstLine(BatchForm form, RowRequests maker)
      implements FlatMapFunction<Row, String>, Serializable {
    @Override
    public Iterator<String> call(Row row) {
      RowRequests.Keyed keyed = maker.request(row);
      Prompt prompt = Prompt.of(keyed.request(), maker.protocol());
      return List.of(line(form, keyed.key(), form.body(prompt))).iterator();
    }
  }

  /** The line of each question that an answer leaves, and that nothing came back of. */
  private record QuestionLine(BatchForm form, RowRequests maker)
      implements FlatMapFunction<Row, String>, Serializable {
    @Override
    public Iterator<String> call(Row row) {
      if (row.getAs("question") != null) {
        return Collections.emptyIterator();
      }
      RowRequests.Keyed keyed = maker.request(row);
      Prompt prompt = Prompt.of(keyed.request(), maker.protocol());
      try {
        return form
            .question(prompt, row.getAs("answer"))
            .map(body -> line(form, BatchAnswers.questionId(keyed.key()), body))
            .stream()
            .iterator();
      } catch (JudgeException e) {
        // No text, so no question: import tells why.
        return Collections.emptyIterator();
      }
    }
  }

  /** The verdicts of each answer; none while its question is to be asked. */
  private record Answered(
      BatchForm form, RowRequests maker, VerdictMaker verdicts, Provenance provenance)
      implements FlatMapFunction<Row, Row>, Serializable {
    @Override
    public Iterator<Row> call(Row row) {
      RowRequests.Keyed keyed = maker.request(row);
      Request request = keyed.request();
      Prompt prompt = Prompt.of(request, maker.protocol());
      VerdictMaker.Asked asked = new VerdictMaker.Asked(request, keyed.key(), null, 1);
      Verdict verdict;
      try {
        Optional<Completion> completion =
            form.completion(prompt, row.getAs("answer"), row.getAs("question"));
        if (completion.isEmpty()) {
          return Collections.emptyIterator();
        }
        verdict = verdicts.answered(asked, completion.get(), provenance);
      } catch (JudgeException e) {
        verdict = verdicts.failed(asked, e, provenance);
      }
      return VerdictMaker.rows(verdict, VerdictMaker.askers(row, request)).iterator();
    }
  }
}
