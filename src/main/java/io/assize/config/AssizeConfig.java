package io.assize.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValue;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The configuration of a run: an immutable record, read from HOCON over the defaults in {@code
 * conf/reference.conf} and checked whole before any work.
 *
 * @param requests what is asked about a row
 * @param spark settings handed to Spark
 */
public record AssizeConfig(
    CorpusConfig corpus,
    RequestConfig requests,
    JudgeConfig judge,
    OutputConfig output,
    StoreConfig store,
    RunConfig run,
    SummaryConfig summary,
    Map<String, String> spark) {

  private static final String ROOT = "assize";

  /** Sections whose names are not ours. */
  private static final List<String> FREE =
      List.of(ROOT + ".spark.", ROOT + ".judge.chat_variables.", ROOT + ".summary.families.");

  /** {@code default}, or the path of a taxonomy file. */
  public String scenarios() {
    return requests.scenarios();
  }

  /** The name of a built-in protocol, or the path of a protocol file. */
  public String protocol() {
    return requests.protocol();
  }

  /** {@code both}, {@code ab} or {@code ba}. */
  public String orders() {
    return requests.orders();
  }

  /** Reads a file and the overrides of the command line, {@code key → value}. */
  public static AssizeConfig load(Path file, Map<String, String> overrides) {
    return of(file(file), overrides);
  }

  /** Reads HOCON text, for tests and for the commands that make their own. */
  public static AssizeConfig parse(String hocon, Map<String, String> overrides) {
    return of(ConfigFactory.parseString(hocon), overrides);
  }

  /** How verdicts become tables, of the command line's overrides alone. */
  public static SummaryConfig summary(Map<String, String> overrides) {
    return SummaryConfig.of(root(ConfigFactory.empty(), overrides).section("summary"));
  }

  /** A judge by keys below {@code assize.judge}; the defaults for the rest. */
  public static JudgeConfig judge(Map<String, ?> given) {
    return judge(ConfigFactory.parseMap(given));
  }

  /**
   * The same, of HOCON.
   *
   * @param hocon keys below {@code assize.judge}
   * @param given keys that go before those
   * @param defaults keys that go after those
   */
  public static JudgeConfig judge(String hocon, Map<String, ?> given, Map<String, ?> defaults) {
    Config text;
    try {
      text = ConfigFactory.parseString(hocon);
    } catch (ConfigException e) {
      throw UserError.configuration("the judge's settings: %s", e.getMessage());
    }
    return judge(
        ConfigFactory.parseMap(given)
            .withFallback(text)
            .withFallback(ConfigFactory.parseMap(defaults)));
  }

  private static JudgeConfig judge(Config given) {
    return JudgeConfig.of(root(given.atPath(ROOT + ".judge"), Map.of()).section("judge"));
  }

  private static Settings root(Config user, Map<String, String> overrides) {
    Config given = override(user, overrides);
    Config reference = ConfigFactory.parseString(Settings.resource("conf/reference.conf"));
    for (JudgeKind kind : JudgeKind.all()) {
      Config own = ConfigFactory.parseString(kind.reference()).atPath(ROOT + ".judge");
      reference = reference.withFallback(own);
    }
    refuseUnknown(given, reference);
    try {
      Config all = given.withFallback(reference).resolve();
      return Settings.of(all.getConfig(ROOT), ROOT);
    } catch (ConfigException e) {
      throw UserError.configuration("configuration cannot be resolved: %s", e.getMessage());
    }
  }

  private static AssizeConfig of(Config user, Map<String, String> overrides) {
    Settings root = root(user, overrides);
    return new AssizeConfig(
        CorpusConfig.of(root.section("corpus")),
        RequestConfig.of(root),
        JudgeConfig.of(root.section("judge")),
        OutputConfig.of(root.section("output")),
        StoreConfig.of(root.section("store")),
        RunConfig.of(root.section("run")),
        SummaryConfig.of(root.section("summary")),
        root.section("spark").leaves());
  }

  /** A configuration file as it stands. */
  private static Config file(Path file) {
    if (Files.isDirectory(file)) {
      throw UserError.configuration("configuration %s is a folder: name a file", file);
    }
    try {
      // Parsed from its whole path, for what it includes lies beside it, and a bare name has no
      // place; read first, for its encoding.
      Files.readString(file);
      return ConfigFactory.parseFile(
          file.toAbsolutePath().toFile(), ConfigParseOptions.defaults().setAllowMissing(false));
    } catch (CharacterCodingException e) {
      throw UserError.configuration("configuration %s is not UTF-8 text: save it as such", file);
    } catch (IOException e) {
      throw UserError.configuration("configuration file %s cannot be read: check the path", file);
    } catch (ConfigException e) {
      throw UserError.configuration("configuration %s", e.getMessage());
    } catch (StackOverflowError e) {
      throw UserError.configuration("configuration %s is nested too deeply", file);
    }
  }

  private static Config override(Config user, Map<String, String> overrides) {
    Config given = user;
    for (Map.Entry<String, String> override : overrides.entrySet()) {
      given = override(override.getKey(), override.getValue()).withFallback(given);
    }
    return given;
  }

  /**
   * One key and its value: HOCON where it is quoted, a list, a section or a reference, else a text
   * as it stands; a number or a flag is read from its text where one is wanted.
   */
  private static Config override(String key, String value) {
    if (value.startsWith("\"")
        || value.startsWith("[")
        || value.startsWith("{")
        || value.startsWith("${")
        || value.equals("null")) {
      try {
        return ConfigFactory.parseString(
            key + " = " + value,
            ConfigParseOptions.defaults().setOriginDescription(Settings.COMMAND_LINE));
      } catch (ConfigException e) {
        // A name such as "[v2] pairs" is no list: a text.
      }
    }
    try {
      return ConfigFactory.parseMap(Map.of(key, value), Settings.COMMAND_LINE);
    } catch (ConfigException e) {
      throw UserError.configuration("-D %s=… names no key: write it as assize.judge.slots=16", key);
    }
  }

  private static void refuseUnknown(Config given, Config reference) {
    TreeMap<String, ConfigValue> known = new TreeMap<>();
    keys("", reference.root(), known);
    TreeMap<String, ConfigValue> used = new TreeMap<>();
    keys("", given.root(), used);
    for (String key : used.keySet()) {
      if (!known.containsKey(key) && FREE.stream().noneMatch(key::startsWith)) {
        if (known.keySet().stream().anyMatch(k -> k.startsWith(key + "."))) {
          throw UserError.configuration(
              "%s must be a section { … }%s", key, Settings.origin(used.get(key)));
        }
        throw UserError.configuration(
            "unknown configuration key %s%s: did you mean %s? (conf/reference.conf lists all keys)",
            key, Settings.origin(used.get(key)), nearest(key, known.keySet()));
      }
    }
  }

  private static void keys(String prefix, ConfigObject object, Map<String, ConfigValue> keys) {
    for (Map.Entry<String, ConfigValue> entry : object.entrySet()) {
      String key = prefix.isEmpty() ? entry.getKey() : prefix + "." + entry.getKey();
      if (entry.getValue() instanceof ConfigObject child && !child.isEmpty()) {
        keys(key, child, keys);
      } else {
        keys.put(key, entry.getValue());
      }
    }
  }

  private static String nearest(String key, Set<String> known) {
    return known.stream().min(Comparator.comparingInt(k -> distance(key, k))).orElse(ROOT);
  }

  /** Levenshtein's distance. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
