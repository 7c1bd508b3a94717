package io.assize.cli.bench;

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
 * @param rowsPerSecond ours
 * @param reusedShare of the prompts' tokens, which were not read anew
 * @param productGops the best products of this machine, in 10⁹ operations a second
 * @param prefillShareOfProducts what reading prompts alone reaches of them
 * @param readGbPerSecond the best reading of memory, in 10⁹ bytes a second
 * @param decodeShareOfReads what one sequence that writes reaches of it
 */
record EngineResult(
    String precision,
    int prompts,
    int runs,
    Map<String, Double> tokensPerSecond,
    Map<String, Double> ratios,
    Map<String, String> failedPeers,
    double rowsPerSecond,
    double reusedShare,
    double productGops,
    double prefillShareOfProducts,
    double readGbPerSecond,
    double decodeShareOfReads) {

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
            100 * reusedShare,
            precision.equals("int8") ? "int8" : "fp32",
            productGops,
            100 * prefillShareOfProducts,
            readGbPerSecond,
            100 * decodeShareOfReads));
    return text.toString();
  }

  private String beside(String program) {
    return ratios.containsKey(program)
        ? String.format(Locale.ROOT, "   assize is %.2f times as fast", ratios.get(program))
        : String.format(Locale.ROOT, "   %.2f rows/s", rowsPerSecond);
  }
}
