package io.assize.cli;

import com.typesafe.config.ConfigUtil;
import io.assize.config.AssizeConfig;
import io.assize.config.Settings;
import io.assize.job.DemoCorpus;
import io.assize.job.EvaluationJob;
import io.assize.job.RunResult;
import io.assize.spark.Sessions;
import io.assize.verdict.TableStore;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code demo}: the main job on the bundled corpus with a small judge. */
@Command(
    name = "demo",
    description = "Judges the bundled corpus with a small judge and shows a leaderboard.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final String CAVEAT =
      """

      This judge has 135 million parameters: it is there to try Assize out, and its verdicts are
      worth little. Its agreement, beside that of a rule that only counts words:
      """;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "PATH",
      description = "the judge (scripts/assize demo fetches it and fills this in)")
  private Path model;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      defaultValue = "assize-demo",
      description = "for the corpus and the tables (default: ${DEFAULT-VALUE})")
  private String out;

  @Option(names = "-D", paramLabel = "key=value", description = "sets one key")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Mixin private Output output;

  @Override
  public Integer call() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("assize.corpus.path", quoted(out + "/input"));
    settings.put("assize.judge.model", quoted(model.toAbsolutePath().toString()));
    settings.put("assize.output.dir", quoted(out));
    settings.putAll(overrides);
    AssizeConfig config = AssizeConfig.parse(Settings.resource("conf/demo.conf"), settings);
    try (SparkSession spark = Sessions.open("demo", config.spark())) {
      TableStore tables = new TableStore(spark, config.output().dir());
      tables.write(DemoCorpus.pairs(spark), "input");
      RunResult result = new EvaluationJob(spark, config, Output::progress).run();
      output.print(
          result,
          RunCommand.winRates(tables)
              + CAVEAT
              + RunCommand.agreement(tables)
              + "\n"
              + Results.text(result));
      return Results.exitCode(result, config);
    }
  }

  private static String quoted(String text) {
    return ConfigUtil.quoteString(text);
  }
}
