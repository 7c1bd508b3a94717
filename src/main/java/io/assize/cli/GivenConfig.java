package io.assize.cli;

import com.typesafe.config.ConfigUtil;
import io.assize.config.AssizeConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.corpus.CorpusSchema;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** A configuration for commands whose flags can say all; a flag goes before the file. */
public final class GivenConfig {
  /** What no flag and no {@code -D} names; these commands judge nothing. */
  private static final String NONE =
      "assize { corpus.path = none, output.dir = none, judge.kind = length }";

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "a run's configuration, for what no flag names")
  private Path file;

  @Option(
      names = "-D",
      paramLabel = "key=value",
      mapFallbackValue = "true",
      description = "sets one key, as -D assize.summary.anchor=NAME")
  private Map<String, String> overrides = new LinkedHashMap<>();

  private final Map<String, String> flags = new LinkedHashMap<>();

  /** Notes a flag's value as that of a key; null: it was not given. */
  public GivenConfig flag(String key, String value) {
    if (value != null) {
      flags.put(key, ConfigUtil.quoteString(value));
    }
    return this;
  }

  /** The same for a key of several values. */
  GivenConfig flags(String key, List<String> values) {
    if (values != null) {
      flags.put(
          key,
          values.stream().map(ConfigUtil::quoteString).collect(Collectors.joining(",", "[", "]")));
    }
    return this;
  }

  /** The same for what must be known: by the flag, a file or {@code -D}. */
  GivenConfig flag(String key, String value, String name) {
    if (value == null && file == null && !overrides.containsKey(key)) {
      throw UserError.configuration(
          "%s is missing: give it, or a configuration that has %s with -c FILE", name, key);
    }
    return flag(key, value);
  }

  /**
   * The configuration.
   *
   * @throws UserError where the file or a value of it cannot be used
   */
  public AssizeConfig load() {
    Map<String, String> all = new LinkedHashMap<>(overrides);
    all.putAll(flags);
    return file == null ? AssizeConfig.parse(NONE, all) : AssizeConfig.load(file, all);
  }

  /**
   * The judge of the file, or of {@code -D} alone.
   *
   * @param defaults of keys that neither a file nor {@code -D} gives
   * @param judge keys below {@code assize.judge}, which go before all others; null: not given
   */
  public JudgeConfig judge(Map<String, String> defaults, Map<String, String> judge) {
    Map<String, String> all = new LinkedHashMap<>();
    if (file == null) {
      all.put("assize.judge.kind", "djl");
      all.putAll(defaults);
    }
    all.putAll(overrides);
    judge.forEach(
        (key, value) -> {
          if (value != null) {
            all.put("assize.judge." + key, ConfigUtil.quoteString(value));
          }
        });
    return (file == null ? AssizeConfig.parse(NONE, all) : AssizeConfig.load(file, all)).judge();
  }

  /** The columns of the file's corpus; null without a file: whatever they are, in our names. */
  CorpusSchema schema(AssizeConfig config) {
    if (file == null) {
      return null;
    }
    return Protocol.load(config.protocol()).kind() == ProtocolKind.PAIRWISE
        ? CorpusSchema.PAIRWISE
        : CorpusSchema.SINGLE;
  }
}
