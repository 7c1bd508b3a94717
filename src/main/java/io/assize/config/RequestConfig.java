package io.assize.config;

/**
 * What is asked about a row.
 *
 * @param scenarios {@code default}, or the path of a taxonomy file
 * @param protocol the name of a built-in protocol, or the path of a protocol file
 * @param orders {@code both}, {@code ab} or {@code ba}
 */
public record RequestConfig(String scenarios, String protocol, String orders) {

  static RequestConfig of(Settings root) {
    return new RequestConfig(
        root.text("scenarios"), root.text("protocol"), root.choice("orders", "both", "ab", "ba"));
  }
}
