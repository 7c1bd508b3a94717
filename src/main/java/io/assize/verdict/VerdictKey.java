package io.assize.verdict;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What makes two requests the same: judge, protocol and rendered prompt. */
public final class VerdictKey {
  private VerdictKey() {}

  /**
   * sha-256 in hexadecimal over the parts, each preceded by its length, so that no two different
   * lists of parts can meet.
   */
  public static String of(String judgeFingerprint, String protocol, List<String> renderedPrompt) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      add(digest, judgeFingerprint);
      add(digest, protocol);
      renderedPrompt.forEach(part -> add(digest, part));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void add(MessageDigest digest, String part) {
    byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
    digest.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
    digest.update((byte) ':');
    digest.update(bytes);
  }
}
