package io.assize.config;

/**
 * What is asked about a row.
 *
 * @param scenarios {@code default}, or the path of a taxonomy file
 * @param criteria whose criteria a judge reads: a {@code group}'s, the scenario's or {@code none}
 * @param protocol the name of a built-in protocol, or the path of a protocol file
 * @param orders {@code both}, {@code ab} or {@code ba}
 */
public record RequestConfig(String scenarios, String criteria, String protocol, String orders) {

  static RequestConfig of(Settings root) {
    return new RequestConfig(
        root.text("scenarios"),
        root.choice("criteria", "group", "scenario", "none"),
        root.text("protocol"),
        root.choice("orders", "both", "ab", "ba"));
  }
}
