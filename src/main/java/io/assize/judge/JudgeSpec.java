package io.assize.judge;

import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.Name;
import io.assize.config.UserError;
import io.assize.judge.djl.KernelSet;
import io.assize.judge.djl.PrecisionChoice;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.judge.http.HttpJudge;
import io.assize.judge.model.CheckpointFiles;
import io.assize.prompt.DecisionRule;
import io.assize.prompt.PromptTemplate;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
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
    return switch (config.kind()) {
      case "djl" -> {
        // A Spark job has asked its executors; else this JVM is the one that will judge.
        boolean open = config.engine().precision().equals(EngineConfig.AUTO);
        JudgeConfig here = open ? PrecisionChoice.here(config, "cpu") : config;
        CheckpointFiles files =
            CheckpointFiles.check(
                Path.of(config.model()),
                config.decoding().writes() ? config.decoding().maxNewTokens() : 0,
                PromptTemplate.probe(protocol),
                protocol.chat(),
                PromptTokenizer::new);
        yield new JudgeSpec(
            here,
            named(config, files.name()),
            sha256("djl", files.version(), files.sha256(), here.identity()),
            files.sums());
      }
      case "http" -> {
        HttpJudge.check(config.http());
        if (!protocol.chat().equals("model")) {
          throw UserError.configuration(
              "protocol %s sets chat, but an http judge's endpoint applies the model's own: set chat"
                  + " to \"model\"",
              protocol.name());
        }
        yield new JudgeSpec(
            config,
            named(config, config.model()),
            sha256("http", config.model(), config.identity()));
      }
      case "length" ->
          new JudgeSpec(
              config, named(config, "length"), sha256("length", "margin=" + config.margin()));
      case "replay" ->
          new JudgeSpec(config, named(config, "replay"), sha256("replay", config.recordings()));
      default -> throw new IllegalArgumentException(config.kind());
    };
  }

  /**
   * A judge of texts that are prompts as they are.
   *
   * @param rule {@code final_decision}, {@code rating} or {@code none}
   */
  public static JudgeSpec ofTexts(JudgeConfig config, String rule) {
    DecisionRule read = Prompt.rule(rule);
    ProtocolKind kind = read == DecisionRule.RATING ? ProtocolKind.SINGLE : ProtocolKind.PAIRWISE;
    return of(config, new Protocol("texts", kind, read, "model", "", "{{ prompt }}"));
  }

  /**
   * What this JVM computes with on a device; null for a judge that is not computed here.
   *
   * @param device {@code cpu}, or {@code gpu} and its address
   */
  public String kernels(String device) {
    return config.kind().equals("djl") ? KernelSet.used(device).text() : null;
  }

  /** The precision of its products; null for a judge that is not computed here. */
  public String precision() {
    return config.kind().equals("djl") ? config.engine().precision() : null;
  }

  /**
   * Looks, from this process, whether the judge can be asked at all; takes seconds at most.
   *
   * @return what is wrong; empty where nothing is known to be
   */
  public Optional<String> firstLook() {
    return config.kind().equals("http") ? HttpJudge.firstLook(config.http()) : Optional.empty();
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

  private static String named(JudgeConfig config, String otherwise) {
    return config.name() == null
        ? Name.checked(
            "the judge's name, made of its model as assize.judge.name is null,", otherwise)
        : config.name();
  }
}
