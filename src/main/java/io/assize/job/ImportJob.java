package io.assize.job;

import io.assize.config.AssizeConfig;

import static org.apache.spark.sql.functions.lit;

import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.corpus.AlpacaEvalData;
import io.assize.corpus.AutoJData;
import io.assize.corpus.AutoJTemplates;
import io.assize.corpus.Corpus;
import io.assize.corpus.CorpusReader;
import io.assize.corpus.CorpusSchema;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.DecisionRule;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import io.assize.scenario.Taxonomy;
import io.assize.table.TableStore;
import io.assize.verdict.Order;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings public data in: {@code corpus} (by {@code kind}, pairwise or single), {@code recordings}
 * of other judges' outputs, the {@code verdicts} that the replay judge makes of them, and {@code
 * quarantine}. Rows with an empty response stay: they were judged.
 */
public final class ImportJob {
  private static final Protocol PAIRWISE =
      new Protocol(
          "recorded-pairwise",
          ProtocolKind.PAIRWISE,
          DecisionRule.FINAL_DECISION,
          "none",
          "",
          "{{ prompt }}\n\n{{ response_1 }}\n\n{{ response_2 }}");

  private static final Protocol SINGLE =
      new Protocol(
          "recorded-single",
          ProtocolKind.SINGLE,
          DecisionRule.RATING,
          "none",
          "",
          "{{ prompt }}\n\n{{ response }}");

  private static final Logger LOG = LoggerFactory.getLogger(ImportJob.class);

  private final SparkSession spark;
  private final String runId = UUID.randomUUID().toString();

  public ImportJob(SparkSession spark) {
    this.spark = spark;
  }

  /**
   * What was written.
   *
   * @param corpus rows of the corpus
   * @param verdicts rows of the verdicts
   * @param quarantined rows set aside
   */
  public record Result(long corpus, long verdicts, long quarantined, String output) {}

  /** Auto-J's test sets and the outputs of its 13B judge. */
  public Result autoJ(String input, String output) {
    AutoJData data = new AutoJData(spark, input);
    Corpus pairs = check(data.pairwiseCorpus(), CorpusSchema.PAIRWISE, input);
    Corpus singles = check(data.singleCorpus(), CorpusSchema.SINGLE, input);
    Dataset<Row> both = data.pairwiseRecordings().union(data.singleRecordings());
    Dataset<Row> recordings = both.withColumn("judge", lit("auto-j-13b"));
    Dataset<Row> verdicts =
        replay(pairs, recordings, "auto-j-13b", PAIRWISE, List.of(Order.AB, Order.BA))
            .union(replay(singles, recordings, "auto-j-13b", SINGLE, List.of(Order.SINGLE)));
    return write(
        kind(pairs.valid(), "pairwise").unionByName(kind(singles.valid(), "single"), true),
        recordings,
        verdicts,
        pairs.quarantined().unionByName(singles.quarantined(), true),
        output);
  }

  /** AlpacaEval's annotations. */
  public Result alpacaEval(String input, String output) {
    AlpacaEvalData data = new AlpacaEvalData(spark, input);
    Corpus pairs = check(data.corpus().distinct(), CorpusSchema.PAIRWISE, input);
    Dataset<Row> recordings = null;
    Dataset<Row> verdicts = null;
    for (String annotator : data.annotators()) {
      Dataset<Row> some = data.recordings(annotator).withColumn("judge", lit(annotator));
      Dataset<Row> replayed = replay(pairs, some, annotator, PAIRWISE, List.of(Order.AB));
      recordings = recordings == null ? some : recordings.union(some);
      verdicts = verdicts == null ? replayed : verdicts.union(replayed);
    }
    if (verdicts == null) {
      throw UserError.configuration(
          "input %s holds no annotation with a preference: name AlpacaEval's annotations", input);
    }
    return write(
        kind(pairs.valid(), "pairwise"),
        recordings,
        verdicts,
        pairs.quarantined().unionByName(data.quarantined(), true),
        output);
  }

  /**
   * Writes the Auto-J judge's own prompts as protocol files.
   *
   * @return the files
   */
  public static List<Path> autoJTemplates(Path input, Path output) {
    AutoJTemplates templates = AutoJTemplates.read(input);
    Map<String, Protocol> protocols =
        Map.of(
            "autoj-pairwise.conf",
            new Protocol(
                "autoj-pairwise",
                ProtocolKind.PAIRWISE,
                DecisionRule.FINAL_DECISION,
                templates.chat(),
                "",
                templates.pairwise()),
            "autoj-single.conf",
            new Protocol(
                "autoj-single",
                ProtocolKind.SINGLE,
                DecisionRule.RATING,
                templates.chat(),
                "",
                templates.single()));
    try {
      Files.createDirectories(output);
      for (Map.Entry<String, Protocol> protocol : protocols.entrySet()) {
        Files.writeString(output.resolve(protocol.getKey()), protocol.getValue().toHocon());
      }
    } catch (IOException e) {
      throw UserError.failure("%s cannot be written: %s", output, e.getMessage());
    }
    return protocols.keySet().stream().sorted().map(output::resolve).toList();
  }

  private Corpus check(Dataset<Row> rows, CorpusSchema schema, String input) {
    CorpusConfig asJudged = CorpusConfig.plain(input).withEmptyResponse("quarantine");
    return new CorpusReader(spark).check(rows, asJudged, schema);
  }

  private Dataset<Row> replay(
      Corpus corpus, Dataset<Row> recordings, String judge, Protocol protocol, List<Order> shown) {
    JudgeSpec spec =
        new JudgeSpec(
            AssizeConfig.judge(
                Map.of("kind", "replay", "name", judge, "recordings", "imported")),
            judge,
            JudgeSpec.sha256("recorded", judge));
    JudgeStage stage = JudgeStage.of(spec, protocol, Taxonomy.load("default"), shown, 0, runId);
    return stage.verdicts(
        stage.each(stage.requests(corpus.valid(), recordings)),
        Counters.of(spark.sparkContext()),
        0);
  }

  private Result write(
      Dataset<Row> corpus,
      Dataset<Row> recordings,
      Dataset<Row> verdicts,
      Dataset<Row> quarantined,
      String output) {
    spark.sparkContext().setJobGroup("assize", "assize: import", true);
    TableStore tables = OutputTables.in(spark, output);
    tables.prepare();
    try (tables) {
      tables.begin(runId, LOG::info);
      tables.writePartitioned(corpus, "corpus", "kind");
      tables.write(recordings, "recordings");
      tables.writeWithCsv(verdicts, "verdicts");
      tables.writeWithCsv(quarantined, "quarantine");
      tables.publish();
    }
    return new Result(
        tables.read("corpus").count(),
        tables.read("verdicts").count(),
        tables.read("quarantine").count(),
        output);
  }

  private static Dataset<Row> kind(Dataset<Row> rows, String kind) {
    return rows.withColumn("kind", lit(kind));
  }
}
