package io.assize.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/**
 * A script that runs a peer, once it has ended; what it says on its standard error is passed on.
 *
 * @param exitCode 0: all is well
 * @param out what it printed: one JSON object, or nothing
 */
record PeerProcess(int exitCode, String out) {

  /**
   * Runs a script to its end.
   *
   * @throws IOException where it cannot be started
   */
  static PeerProcess run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new PeerProcess(process.waitFor(), out);
  }

  /**
   * What it printed; an empty object where that is nothing.
   *
   * @throws IOException where it is no JSON
   */
  JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out.isBlank() ? "{}" : out);
  }
}
