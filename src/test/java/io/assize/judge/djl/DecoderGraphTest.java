package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The committed graphs are those that were made. */
class DecoderGraphTest {
  @ParameterizedTest
  @ValueSource(strings = {"decoder.pt", "decoder-onednn.pt"})
  void aGraphIsTheOneWhoseChecksumIsKept(String name) throws Exception {
    try (InputStream graph = Decoder.class.getResourceAsStream(name);
        InputStream sum = Decoder.class.getResourceAsStream(name + ".sha256")) {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(graph.readAllBytes());
      assertThat(new String(sum.readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith(HexFormat.of().formatHex(digest) + " ");
    }
  }
}
