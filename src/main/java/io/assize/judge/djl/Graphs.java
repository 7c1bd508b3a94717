package io.assize.judge.djl;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The decoder's graphs in the jar: TorchScript that {@code scripts/model/export_decoder.py} wrote,
 * each with its sha-256 beside it.
 */
final class Graphs {
  private Graphs() {}

  /**
   * The graph of a name such as {@code decoder.pt}, whole and as it was exported.
   *
   * @throws IllegalStateException where it is not there, or is not that of its checksum
   */
  static InputStream open(String name) throws IOException {
    byte[] graph = resource(name);
    check(name, graph, new String(resource(name + ".sha256"), StandardCharsets.US_ASCII));
    return new ByteArrayInputStream(graph);
  }

  /** Refuses a graph that is not that of a line of sha256sum. */
  static void check(String name, byte[] graph, String line) {
    String sum;
    try {
      sum = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(graph));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
    if (!line.equals(sum + "  " + name + "\n")) {
      throw new IllegalStateException(
          "the jar is damaged: the sha-256 of its "
              + name
              + " is "
              + sum
              + ", and should be that of \""
              + line.strip()
              + "\"");
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream in = Graphs.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the jar is damaged: it has no " + name);
      }
      return in.readAllBytes();
    }
  }
}
