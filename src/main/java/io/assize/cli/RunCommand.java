package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.job.EvaluationJob;
import io.assize.job.RunResult;
import io.assize.job.RunTable;
import io.assize.report.Leaderboard;
import io.assize.spark.Sessions;
import io.assize.summary.SummaryTables;
import io.assize.table.TableStore;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code run}: the main job, from a corpus to all tables. */
@Command(
    name = "run",
    description = "Judges a corpus and writes every table.",
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Mixin private ConfigOptions config;
  @Mixin private ModeOptions mode;
  @Mixin private Output output;

  @Override
  public Integer call() {
    AssizeConfig loaded = config.load();
    try (SparkSession spark = Sessions.open("run", loaded.spark(), Output::progress)) {
      RunResult result = new EvaluationJob(spark, loaded, mode.get(), Output::progress).run();
      TableStore tables = new TableStore(spark, loaded.output().dir());
      Leaderboard board = leaderboard(tables);
      output.print(
          RunTable.figures(result), board.data(), board.text() + "\n" + Results.text(result));
      return Results.exitCode(result, loaded);
    }
  }

  static Leaderboard leaderboard(TableStore tables) {
    return new Leaderboard(
        tables.read(SummaryTables.WIN_RATES),
        tables.read(SummaryTables.RATINGS),
        tables.read(SummaryTables.SCORE_DISTRIBUTIONS),
        tables.read(SummaryTables.AGREEMENT));
  }
}
