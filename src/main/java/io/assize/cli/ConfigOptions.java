package io.assize.cli;

import io.assize.config.AssizeConfig;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** Where a job's configuration comes from. */
final class ConfigOptions {
  @Option(
      names = {"-c", "--config"},
      required = true,
      paramLabel = "FILE",
      description = "the configuration, HOCON over conf/reference.conf")
  private Path file;

  @Option(
      names = "-D",
      paramLabel = "key=value",
      mapFallbackValue = "true",
      description = "sets one key, as -D assize.judge.slots=16")
  private Map<String, String> overrides = new LinkedHashMap<>();

  AssizeConfig load() {
    return AssizeConfig.load(file, overrides);
  }
}
