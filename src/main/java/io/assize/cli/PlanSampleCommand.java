package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.job.PlanSampleJob;
import io.assize.spark.Sessions;
import io.assize.summary.SamplePlans;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code plan-sample}: how many pairs to judge for a wanted precision, and which. */
@Command(
    name = "plan-sample",
    description =
        "Says how many pairs a wanted interval width needs, and picks those whose judging narrows"
            + " the ranking most.",
    mixinStandardHelpOptions = true)
final class PlanSampleCommand implements Callable<Integer> {
  private static final int SHOWN = 20;

  @Option(names = "--verdicts", paramLabel = "DIR", description = "verdicts so far")
  private String verdicts;

  @Option(
      names = "--corpus",
      paramLabel = "DIR",
      description = "the corpus, of judged rows and others")
  private String corpus;

  @Option(
      names = "--width",
      paramLabel = "X",
      defaultValue = "0.02",
      description = "wanted width of a win rate's 95 %% interval (default: ${DEFAULT-VALUE})")
  private double width;

  @Option(
      names = "--games",
      paramLabel = "N",
      defaultValue = "1000",
      description = "further games to give to pairs of models (default: ${DEFAULT-VALUE})")
  private long games;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "writes the corpus's unjudged rows of these pairs, a corpus for run")
  private String out;

  @Mixin private GivenConfig given;
  @Mixin private Output output;

  @Override
  public Integer call() {
    if (!(width > 0 && width < 1) || games < 0) {
      throw UserError.configuration("--width must be above 0 and below 1, --games at least 0");
    }
    AssizeConfig config =
        given
            .flag("assize.store.path", verdicts, "--verdicts")
            .flag("assize.corpus.path", corpus, "--corpus")
            .load();
    try (SparkSession spark = Sessions.open("plan-sample", config.spark(), Output::progress)) {
      SamplePlans plans =
          new PlanSampleJob(spark, config.summary())
              .run(
                  config.store().pathIn(config.output().dir()),
                  config.corpus(),
                  given.schema(config),
                  config.scenarios(),
                  width,
                  games,
                  out);
      output.print(plans, Map.of("width", width, "games", games), text(plans));
      return 0;
    }
  }

  private String text(SamplePlans plans) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT, "games for an interval of width %s on a model's win rate:%n", width));
    for (SamplePlans.Need need : plans.models()) {
      text.append(
          String.format(
              Locale.ROOT,
              "  %-28s has %d (width %s), needs %d%s%n",
              need.model(),
              need.games(),
              need.width() == null ? "unknown" : String.format(Locale.ROOT, "%.3f", need.width()),
              need.needed(),
              need.designEffect() > 1.05
                  ? String.format(
                      Locale.ROOT, " (prompts recur: design effect %.2f)", need.designEffect())
                  : ""));
    }
    if (!plans.pairs().isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT,
              "%d further games would bring neighbours' differences from ±%.1f to ±%.1f Elo"
                  + " (standard error):%n",
              games,
              plans.uncertainty(),
              plans.uncertaintyAfter()));
      plans.pairs().stream()
          .sorted((x, y) -> Long.compare(y.games(), x.games()))
          .limit(SHOWN)
          .forEach(
              pair ->
                  text.append(
                      String.format(
                          Locale.ROOT, "  %5d  %s – %s%n", pair.games(), pair.a(), pair.b())));
    }
    return text.toString();
  }
}
