package io.assize.cli;

import io.assize.job.Mode;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** Which of a corpus's requests are judged. */
final class ModeOptions {
  @ArgGroup private Which which;

  private static final class Which {
    @Option(
        names = "--rejudge",
        description = "judge everything anew; the store keeps the old verdicts, the new ones count")
    private boolean rejudge;

    @Option(
        names = "--only-failed",
        description = "judge only what has a verdict in the store that failed")
    private boolean onlyFailed;
  }

  Mode get() {
    if (which == null) {
      return Mode.PENDING;
    }
    if (which.rejudge) {
      return Mode.REJUDGE;
    }
    return which.onlyFailed ? Mode.ONLY_FAILED : Mode.PENDING;
  }
}
