package io.assize.cli;

import com.typesafe.config.ConfigUtil;
import io.assize.config.AssizeConfig;
import io.assize.config.Settings;
import io.assize.job.DemoCorpus;
import io.assize.job.EvaluationJob;
import io.assize.job.RunResult;
import io.assize.job.RunTable;
import io.assize.report.Leaderboard;
import io.assize.spark.Sessions;
import io.assize.table.TableStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
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

      What this judge is worth: with 135 million parameters, little. It is there to try Assize out.
      Its agreement with people, beside that of a rule that only counts words:
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
    try (SparkSession spark = Sessions.open("demo", config.spark(), Output::progress)) {
      TableStore tables = new TableStore(spark, config.output().dir());
      tables.prepare();
      tables.write(DemoCorpus.pairs(spark), "input");
      RunResult result = new EvaluationJob(spark, config, Output::progress).run();
      Leaderboard board = RunCommand.leaderboard(tables);
      output.print(
          RunTable.figures(result),
          board.data(),
          board.models()
              + CAVEAT
              + board.judges()
              + next(config, settings)
              + "\n"
              + Results.text(result));
      return Results.exitCode(result, config);
    }
  }

  /** What to type next; the demo's configuration is kept, for explain. */
  private static String next(AssizeConfig config, Map<String, String> settings) {
    String out = config.output().dir();
    Path file = Path.of(out, "demo.conf");
    StringBuilder text = new StringBuilder(Settings.resource("conf/demo.conf"));
    settings.forEach((key, value) -> text.append(key).append(" = ").append(value).append('\n'));
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        """

      Tables: %1$s/win_rates.csv, ratings.csv, agreement.csv, verdicts.csv and more, each as Parquet
      as well (docs/tables.md).
      Next, how one pair was judged, with prompt and critique:
        scripts/assize explain -c %2$s %3$s
      your own pairs with a judge of your own:
        scripts/assize run -c conf/laptop.conf -D assize.corpus.path=PAIRS -D assize.judge.model=MODEL
      """,
        out,
        file,
        DemoCorpus.FIRST);
  }

  private static String quoted(String text) {
    return ConfigUtil.quoteString(text);
  }
}
