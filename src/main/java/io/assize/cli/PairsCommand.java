package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.job.PairsJob;
import io.assize.job.PairsJob.Choice;
import io.assize.spark.Sessions;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pairs}: a pairwise corpus of models' outputs. */
@Command(
    name = "pairs",
    description = "Makes a pairwise corpus of models' outputs to the same prompts.",
    mixinStandardHelpOptions = true)
final class PairsCommand implements Callable<Integer> {
  @Option(
      names = "--outputs",
      paramLabel = "PATH",
      description = "prompt_id, prompt, model, response, and scenario where there is one")
  private String outputs;

  @Option(names = "--out", paramLabel = "DIR", description = "for the corpus, as DIR/corpus")
  private String out;

  @ArgGroup(multiplicity = "1")
  private Which which;

  @Option(
      names = "--verdicts",
      paramLabel = "DIR",
      description = "verdicts so far, for --least-sure")
  private String verdicts;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "of --sample and --budget (default: ${DEFAULT-VALUE})")
  private long seed;

  @Mixin private GivenConfig given;
  @Mixin private Output output;

  /** One of these. */
  static final class Which {
    @Option(names = "--round-robin", description = "each two models on each prompt")
    private boolean roundRobin;

    @Option(names = "--baseline", paramLabel = "MODEL", description = "each model with this one")
    private String baseline;

    @Option(
        names = "--sample",
        paramLabel = "N",
        description =
            "N pairs of each two models in each scenario; a model that is added later only adds"
                + " pairs")
    private Long sample;

    @Option(
        names = "--budget",
        paramLabel = "N",
        description = "N pairs in all, as even over scenarios and models as can be")
    private Long budget;

    @Option(
        names = "--least-sure",
        paramLabel = "N",
        description = "N pairs without a verdict, where the ranking is least sure; see plan-sample")
    private Long leastSure;
  }

  @Override
  public Integer call() {
    Choice choice = choice();
    AssizeConfig config =
        given
            .flag("assize.corpus.path", outputs, "--outputs")
            .flag("assize.output.dir", out, "--out")
            .load();
    try (SparkSession spark = Sessions.open("pairs", config.spark(), Output::progress)) {
      PairsJob.Result made = new PairsJob(spark, config, Output::progress).run(choice);
      output.print(
          made,
          String.format(
              Locale.ROOT,
              "%d pairs on %d prompts in %s%s",
              made.pairs(),
              made.prompts(),
              made.corpus(),
              made.equal() == 0
                  ? ""
                  : String.format(
                      Locale.ROOT,
                      "%n%d of them have equal responses: with assize.corpus.equal_responses = tie"
                          + " they cost nothing",
                      made.equal())));
      return 0;
    }
  }

  private Choice choice() {
    if (which.roundRobin) {
      return new Choice.RoundRobin();
    }
    if (which.baseline != null) {
      return new Choice.Baseline(which.baseline);
    }
    if (which.sample != null) {
      return new Choice.Sample(positive("--sample", which.sample), seed);
    }
    if (which.budget != null) {
      return new Choice.Budget(positive("--budget", which.budget), seed);
    }
    if (which.leastSure == null || verdicts == null) {
      throw UserError.configuration("--least-sure N needs the verdicts so far: --verdicts DIR");
    }
    return new Choice.LeastSure(positive("--least-sure", which.leastSure), verdicts);
  }

  private static long positive(String flag, long number) {
    if (number < 1) {
      throw UserError.configuration("%s is %d: it must be 1 or more", flag, number);
    }
    return number;
  }
}
