package io.assize.judge;

import io.assize.config.JudgeConfig;
import io.assize.config.Name;
import io.assize.prompt.DecisionRule;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Which judge, as the driver hands it to the executors.
 *
 * @param config how to open it
 * @param name its name in the tables
 * @param fingerprint sha-256 over all that can change its answers: weights, tokenizer and settings
 * @param files the sha-256 of each file of its model, by name: what the fingerprint was made of,
 *     and what an executor's files must have; empty for judges without
 */
public record JudgeSpec(
    JudgeConfig config, String name, String fingerprint, Map<String, String> files)
    implements Serializable {

  public JudgeSpec {
    files = Map.copyOf(files);
  }

  /** A judge without files. */
  public JudgeSpec(JudgeConfig config, String name, String fingerprint) {
    this(config, name, fingerprint, Map.of());
  }

  /**
   * Checks a judge's settings and files, and names it.
   *
   * @param protocol how it will be asked
   * @throws io.assize.config.UserError where the model cannot be used
   */
  public static JudgeSpec of(JudgeConfig config, Protocol protocol) {
    return JudgeProvider.of(config).check(config, protocol);
  }

  /**
   * A judge of texts that are prompts as they are.
   *
   * @param rule {@code final_decision}, {@code rating} or {@code none}
   */
  public static JudgeSpec ofTexts(JudgeConfig config, String rule) {
    DecisionRule read = Prompt.rule(rule);
    ProtocolKind kind = read != null && read.rates() ? ProtocolKind.SINGLE : ProtocolKind.PAIRWISE;
    return of(config, new Protocol("texts", kind, read, "model", "", "{{ prompt }}"));
  }

  /** Opens it on a device of this JVM. */
  public Judge open(String device) {
    return JudgeProvider.of(config).open(this, device);
  }

  /**
   * What this JVM computes with on a device; null for a judge that is not computed here.
   *
   * @param device {@code cpu}, or {@code gpu} and its address
   */
  public String kernels(String device) {
    return JudgeProvider.of(config).kernelsUsed(device);
  }

  /** The precision of its products; null for a judge that is not computed here. */
  public String precision() {
    return JudgeProvider.of(config).precision(config);
  }

  /**
   * Looks, from this process, whether the judge can be asked at all; takes seconds at most.
   *
   * @return what is wrong; empty where nothing is known to be
   */
  public Optional<String> firstLook() {
    return JudgeProvider.of(config).firstLook(config);
  }

  /** The same judge, whose model lies at another place on this host. */
  public JudgeSpec with(JudgeConfig here) {
    return new JudgeSpec(here, name, fingerprint, files);
  }

  /** sha-256 over texts, each closed by a zero byte, in hexadecimal. */
  public static String sha256(String... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : parts) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The configured name of a judge, or one made of its model's. */
  public static String named(JudgeConfig config, String otherwise) {
    return config.name() == null
        ? Name.checked(
            "the judge's name, made of its model as assize.judge.name is null,", otherwise)
        : config.name();
  }
}
