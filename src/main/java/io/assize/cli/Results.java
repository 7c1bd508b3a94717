package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.job.RunResult;
import java.util.Locale;

/** What a run's result says, and the exit code it makes. */
final class Results {
  private Results() {}

  static String text(RunResult r) {
    return String.format(
        Locale.ROOT,
        "%d rows read, %d quarantined, %d requests judged in %.1f s (%.2f/s), %d reused, %d failed"
            + " (%.1f %%)%n"
            + "%d prompt and %d generated tokens; prefill %.0f tokens/s, decode %.0f tokens/s,"
            + " devices busy %.0f %%%n"
            + "judge %s on %d device(s), loaded %d time(s)%n"
            + "tables in %s%n",
        r.rowsRead(),
        r.quarantined(),
        r.judged(),
        r.work().judgingSeconds(),
        r.judged() / Math.max(r.work().judgingSeconds(), 1e-9),
        r.reused(),
        r.failed(),
        100 * r.failedShare(),
        r.counts().promptTokens(),
        r.counts().generatedTokens(),
        r.work().prefillTokensPerSecond(),
        r.work().decodeTokensPerSecond(),
        100 * r.work().deviceBusyShare(),
        r.setting().judge(),
        r.work().judgeInstances(),
        r.work().modelLoads(),
        r.output());
  }

  static int exitCode(RunResult result, AssizeConfig config) {
    double allowed = config.run().maxFailedShare();
    if (result.failedShare() > allowed) {
      Output.progress(
          String.format(
              Locale.ROOT,
              "%.1f %% of the requests failed, more than assize.run.max_failed_share = %.1f %%: see"
                  + " status and error in the verdicts",
              100 * result.failedShare(),
              100 * allowed));
      return Assize.TOO_MANY_FAILED;
    }
    return 0;
  }
}
