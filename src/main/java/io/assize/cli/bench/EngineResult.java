package io.assize.cli.bench;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import java.util.Locale;
import java.util.Map;

/**
 * What {@code bench engine} prints.
 *
 * @param runs rounds that count
 * @param tokensPerSecond each program's median, read and written
 * @param ratios of our tokens a second over each peer's, medians over rounds: texts differ in
 *     length
 * @param failedPeers with the reason
 * @param ours what else is told of this judge
 * @param reached what of this machine's best is reached
 */
record EngineResult(
    String precision,
    int prompts,
    int runs,
    Map<String, Double> tokensPerSecond,
    Map<String, Double> ratios,
    Map<String, String> failedPeers,
    @JsonUnwrapped Ours ours,
    @JsonUnwrapped Reached reached) {

  /**
   * What else is told of this judge.
   *
   * @param rowsPerSecond prompts
   * @param reusedShare of the prompts' tokens, which were not read anew
   */
  record Ours(double rowsPerSecond, double reusedShare) {}

  /**
   * What of this machine's best is reached.
   *
   * @param productGops its best products, in 10⁹ operations a second
   * @param prefillShareOfProducts what reading prompts alone reaches of them
   * @param readGbPerSecond its best reading of memory, in 10⁹ bytes a second
   * @param decodeShareOfReads what one sequence that writes reaches of it
   */
  record Reached(
      double productGops,
      double prefillShareOfProducts,
      double readGbPerSecond,
      double decodeShareOfReads) {}

  /** The same for people. */
  String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d prompts, %d paired runs, precision %s; medians%n",
            prompts,
            runs,
            precision));
    tokensPerSecond.forEach(
        (program, rate) ->
            text.append(
                String.format(
                    Locale.ROOT, "%-14s %8.1f tokens/s%s%n", program, rate, beside(program))));
    failedPeers.forEach(
        (peer, why) -> text.append(String.format(Locale.ROOT, "%-14s failed: %s%n", peer, why)));
    text.append(
        String.format(
            Locale.ROOT,
            "%.1f %% of the prompts' tokens were not read, but reused%n"
                + "best %s products here %.0f GOP/s; reading prompts alone reaches %.0f %% of them%n"
                + "best reading of memory here %.1f GB/s; one sequence writing reaches %.0f %% of it%n",
            100 * ours.reusedShare,
            precision.equals("int8") ? "int8" : "fp32",
            reached.productGops,
            100 * reached.prefillShareOfProducts,
            reached.readGbPerSecond,
            100 * reached.decodeShareOfReads));
    return text.toString();
  }

  private String beside(String program) {
    return ratios.containsKey(program)
        ? String.format(Locale.ROOT, "   assize is %.2f times as fast", ratios.get(program))
        : String.format(Locale.ROOT, "   %.2f rows/s", ours.rowsPerSecond);
  }
}
