package io.assize.cli.bench;

import io.assize.judge.Completion;
import io.assize.judge.Prompt;
import io.assize.judge.djl.DjlJudge;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * How long a program took over all prompts once.
 *
 * @param program ours, a peer, or ours in one of its settings
 * @param promptTokens of all prompts, those reused among them
 * @param newTokens of all answers
 */
record Measurement(String program, double seconds, long promptTokens, long newTokens) {

  /** Measures a judge that is handed all prompts at once. */
  static Measurement of(String program, DjlJudge judge, List<Prompt> prompts) {
    long start = System.nanoTime();
    List<CompletableFuture<Completion>> futures = prompts.stream().map(judge::submit).toList();
    long read = 0;
    long written = 0;
    for (CompletableFuture<Completion> future : futures) {
      read += future.join().promptTokens();
      written += future.join().generatedTokens();
    }
    return new Measurement(program, (System.nanoTime() - start) / 1e9, read, written);
  }

  /** Tokens a second, read and written. */
  double rate() {
    return (promptTokens + newTokens) / seconds;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %.1f tokens/s (%.1f s, %d + %d tokens)",
        program,
        rate(),
        seconds,
        promptTokens,
        newTokens);
  }
}
