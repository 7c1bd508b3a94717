package io.assize.job;

import static org.apache.spark.sql.functions.lit;

import io.assize.config.AssizeConfig;
import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.corpus.AutoJTemplates;
import io.assize.corpus.Corpus;
import io.assize.corpus.CorpusReader;
import io.assize.corpus.CorpusSchema;
import io.assize.corpus.importer.Imported;
import io.assize.corpus.importer.Importer;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.DecisionRule;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import io.assize.scenario.AutoJCriteria;
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

  /** Reads a format, replays what its judges said, and writes all of it. */
  public Result run(Importer importer, String input, String output) {
    Imported data = importer.read(spark, input);
    Corpus pairs = check(data.pairs(), CorpusSchema.PAIRWISE, input);
    Corpus singles =
        data.singles() == null ? null : check(data.singles(), CorpusSchema.SINGLE, input);
    Dataset<Row> recordings = null;
    Dataset<Row> verdicts = null;
    for (Imported.Recorded recorded : data.judges()) {
      String judge = recorded.judge();
      Dataset<Row> outputs = recorded.recordings().withColumn("judge", lit(judge));
      recordings = union(recordings, outputs);
      verdicts =
          union(verdicts, replay(pairs, outputs, judge, PAIRWISE, Order.shown(recorded.orders())));
      if (singles != null) {
        verdicts = union(verdicts, replay(singles, outputs, judge, SINGLE, List.of(Order.SINGLE)));
      }
    }
    Dataset<Row> corpus = kind(pairs.valid(), "pairwise");
    Dataset<Row> quarantined = pairs.quarantined();
    if (singles != null) {
      corpus = corpus.unionByName(kind(singles.valid(), "single"), true);
      quarantined = quarantined.unionByName(singles.quarantined(), true);
    }
    if (data.quarantined() != null) {
      quarantined = quarantined.unionByName(data.quarantined(), true);
    }
    return write(corpus, recordings, verdicts, quarantined, output);
  }

  private static Dataset<Row> union(Dataset<Row> rows, Dataset<Row> more) {
    return rows == null ? more : rows.union(more);
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

  /**
   * Writes Auto-J's criteria as a taxonomy over the built-in groups.
   *
   * @return the file
   */
  public static Path autoJCriteria(Path checkout, Path output) {
    Path file = output.resolve("autoj-scenarios.conf");
    String taxonomy = Taxonomy.extending(AutoJCriteria.read(checkout));
    try {
      Files.createDirectories(output);
      Files.writeString(file, taxonomy);
    } catch (IOException e) {
      throw UserError.failure("%s cannot be written: %s", output, e.getMessage());
    }
    return file;
  }

  private Corpus check(Dataset<Row> rows, CorpusSchema schema, String input) {
    CorpusConfig asJudged = CorpusConfig.plain(input).withEmptyResponse("quarantine");
    return new CorpusReader(spark).check(rows, asJudged, schema);
  }

  private Dataset<Row> replay(
      Corpus corpus, Dataset<Row> recordings, String judge, Protocol protocol, List<Order> shown) {
    JudgeSpec spec =
        new JudgeSpec(
            AssizeConfig.judge(Map.of("kind", "replay", "name", judge, "recordings", "imported")),
            judge,
            JudgeSpec.sha256("recorded", judge));
    JudgeStage stage =
        JudgeStage.of(
            spec,
            protocol,
            Taxonomy.load("default"),
            Taxonomy.Criteria.GROUP,
            shown,
            false,
            0,
            runId);
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
