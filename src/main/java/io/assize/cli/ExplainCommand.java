package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.job.ExplainJob;
import io.assize.job.Explanation;
import io.assize.job.ShownPrompts;
import io.assize.spark.Sessions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code explain}: how one row came to its outcome, or what its judge reads. */
@Command(
    name = "explain",
    description = "Shows a row's prompts, critiques, verdicts and how they became one outcome.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SAMPLE_ID", arity = "0..1", description = "the row")
  private String sampleId;

  @Option(
      names = "--prompt",
      description = "shows the very text and the tokens that the judge reads of the row")
  private boolean prompt;

  @Option(
      names = "--text",
      paramLabel = "FILE",
      description = "shows them of a text of your own, as a user's message; without SAMPLE_ID")
  private Path text;

  @Mixin private ConfigOptions config;
  @Mixin private Output output;

  @Override
  public Integer call() {
    if ((sampleId == null) == (text == null)) {
      throw UserError.configuration(
          "explain wants either the SAMPLE_ID of a row or --text FILE: name one of them");
    }
    AssizeConfig loaded = config.load();
    String own = text == null ? null : read(text);
    try (SparkSession spark = Sessions.open("explain", loaded.spark(), Output::progress)) {
      ExplainJob job = new ExplainJob(spark, loaded);
      if (own != null || prompt) {
        ShownPrompts shown = own == null ? job.prompts(sampleId) : job.text(text.toString(), own);
        output.print(shown, ShownPromptsText.of(shown));
      } else {
        Explanation explanation = job.run(sampleId);
        output.print(explanation, ExplanationText.of(explanation));
      }
      return 0;
    }
  }

  private static String read(Path text) {
    try {
      return Files.readString(text);
    } catch (IOException e) {
      throw UserError.configuration(
          "--text %s cannot be read: name a file of text in UTF-8: %s", text, e.getMessage());
    }
  }
}
