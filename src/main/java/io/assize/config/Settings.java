package io.assize.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * A section of a HOCON configuration. Each getter checks the value at once and fails with a {@link
 * UserError} that names the key, and the file and line where it stands.
 */
public final class Settings {
  /** Where a value comes from that no file holds. */
  static final String COMMAND_LINE = "given by -D";

  /** Texts that are a flag or a number where nothing quotes them. */
  private static final Pattern BARE = Pattern.compile("true|false|-?\\d{1,9}(\\.\\d{1,9})?");

  private final Config config;
  private final String path;

  private Settings(Config config, String path) {
    this.config = config;
    this.path = path;
  }

  /** Parses HOCON text; {@code where} names it in messages. Includes and environment stay out. */
  public static Settings parse(String text, String where) {
    try {
      return new Settings(ConfigFactory.parseString(text).resolve(), where);
    } catch (ConfigException e) {
      throw UserError.configuration("%s is not valid HOCON: %s", where, e.getMessage());
    }
  }

  static Settings of(Config config, String path) {
    return new Settings(config, path);
  }

  /** The text of a resource that comes with Assize, as {@code conf/protocols/pairwise.conf}. */
  public static String resource(String name) {
    try (InputStream in = Settings.class.getResourceAsStream("/io/assize/" + name)) {
      if (in == null) {
        throw new IllegalStateException("the jar lacks its resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("the jar's resource " + name + " cannot be read", e);
    }
  }

  public Settings section(String key) {
    return new Settings(get(key, Config::getConfig, "a section { … }").apply(key), full(key));
  }

  public boolean has(String key) {
    return config.hasPath(key);
  }

  /** A text; null where the key is absent or null. Blank is neither and is refused. */
  public String optionalText(String key) {
    return config.hasPath(key) ? text(key) : null;
  }

  /** A text, not blank. */
  public String text(String key) {
    if (!config.hasPath(key)) {
      throw UserError.configuration("%s is missing: set it", full(key));
    }
    String text = get(key, Config::getString, "a text").apply(key);
    if (text.isBlank()) {
      throw UserError.configuration(
          "%s is blank: set it to a text, or leave it out%s", full(key), origin(key));
    }
    return text;
  }

  /** A text that may be empty; empty where the key is absent or null. */
  public String anyText(String key) {
    return config.hasPath(key) ? get(key, Config::getString, "a text").apply(key) : "";
  }

  /** A text that is fit for a name, see {@link Name}. */
  public String name(String key) {
    return Name.checked(full(key), text(key));
  }

  /** The same; null where the key is absent or null. */
  public String optionalName(String key) {
    return config.hasPath(key) ? name(key) : null;
  }

  /** A text that is one of {@code allowed}. */
  public String choice(String key, String... allowed) {
    String value = text(key);
    if (!List.of(allowed).contains(value)) {
      throw UserError.configuration(
          "%s is \"%s\": use one of %s%s",
          full(key), value, String.join(", ", allowed), origin(key));
    }
    return value;
  }

  /** One text or a list of them, as a list. */
  public List<String> texts(String key) {
    if (config.hasPath(key) && config.getValue(key).valueType() == ConfigValueType.STRING) {
      return List.of(config.getString(key));
    }
    return List.copyOf(get(key, Config::getStringList, "a text or a list of texts").apply(key));
  }

  public int integer(String key, int least, int most) {
    int value = get(key, Config::getInt, "a whole number").apply(key);
    if (get(key, Config::getDouble, "a whole number").apply(key) != value) {
      throw UserError.configuration("%s must be a whole number%s", full(key), origin(key));
    }
    if (value < least || value > most) {
      throw UserError.configuration(
          "%s is %d: it must be from %d to %d%s", full(key), value, least, most, origin(key));
    }
    return value;
  }

  public double number(String key, double least, double most) {
    double value = get(key, Config::getDouble, "a number").apply(key);
    if (!(value >= least && value <= most)) {
      throw UserError.configuration(
          "%s is %s: it must be from %s to %s%s", full(key), value, least, most, origin(key));
    }
    return value;
  }

  public boolean flag(String key) {
    return get(key, Config::getBoolean, "true or false").apply(key);
  }

  /** The keys right below this section, sorted, with their values as sections. */
  public Map<String, Settings> sections() {
    Map<String, Settings> sections = new TreeMap<>();
    for (Map.Entry<String, ConfigValue> entry : config.root().entrySet()) {
      if (!(entry.getValue() instanceof ConfigObject object)) {
        throw UserError.configuration("%s must be a section { … }", full(entry.getKey()));
      }
      sections.put(entry.getKey(), new Settings(object.toConfig(), full(entry.getKey())));
    }
    return sections;
  }

  /** The keys right below this section, sorted, each with one text or a list of them. */
  public Map<String, List<String>> lists() {
    Map<String, List<String>> lists = new TreeMap<>();
    for (String key : config.root().keySet()) {
      lists.put(key, texts(ConfigUtil.quoteString(key)));
    }
    return lists;
  }

  /** The same over another text's: what only that has is taken from there. */
  public Settings over(String text) {
    return new Settings(config.withFallback(ConfigFactory.parseString(text)).resolve(), path);
  }

  /** All leaves below this section as texts, by their dotted keys. */
  public Map<String, String> leaves() {
    Map<String, String> leaves = new TreeMap<>();
    config
        .entrySet()
        .forEach(
            entry -> {
              ConfigValue value = entry.getValue();
              String text =
                  value instanceof ConfigList || value instanceof ConfigObject
                      ? value.render(ConfigRenderOptions.concise())
                      : String.valueOf(value.unwrapped());
              leaves.put(entry.getKey().replace("\"", ""), text);
            });
    return leaves;
  }

  /**
   * What stands below a key, by its names, as Java's values: texts, numbers, flags, lists and maps.
   * One that the command line gives as a bare text is what it would be in a file.
   */
  public Map<String, Object> values(String key) {
    ConfigObject object = get(key, Config::getObject, "a section { … }").apply(key);
    Map<String, Object> values = new TreeMap<>();
    object.forEach(
        (name, value) -> {
          boolean bare = value.origin().description().startsWith(COMMAND_LINE);
          boolean typed = bare && BARE.matcher(String.valueOf(value.unwrapped())).matches();
          values.put(
              name,
              typed
                  ? ConfigFactory.parseString("v = " + value.unwrapped()).getValue("v").unwrapped()
                  : value.unwrapped());
        });
    return Collections.unmodifiableMap(values);
  }

  /** Values as one line of JSON, with names in their order. */
  static String render(Map<String, Object> values) {
    return ConfigValueFactory.fromMap(values).render(ConfigRenderOptions.concise());
  }

  private <T> Function<String, T> get(
      String key, java.util.function.BiFunction<Config, String, T> getter, String wanted) {
    return k -> {
      try {
        return getter.apply(config, k);
      } catch (ConfigException.Missing e) {
        throw UserError.configuration("%s is missing: set it to %s", full(key), wanted);
      } catch (ConfigException.WrongType | ConfigException.BadValue e) {
        throw UserError.configuration("%s must be %s%s", full(key), wanted, origin(key));
      }
    };
  }

  private String origin(String key) {
    return config.hasPathOrNull(key) && config.hasPath(key) ? origin(config.getValue(key)) : "";
  }

  /** Where a value stands, in brackets: a file and its line, or the command line. */
  static String origin(ConfigValue value) {
    String where = value.origin().description();
    return " (" + (where.startsWith(COMMAND_LINE) ? COMMAND_LINE : where) + ")";
  }

  private String full(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }
}
