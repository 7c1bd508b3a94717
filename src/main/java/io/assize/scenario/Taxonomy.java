package io.assize.scenario;

import com.typesafe.config.ConfigUtil;
import io.assize.config.LocalPath;
import io.assize.config.Settings;
import io.assize.config.UserError;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Scenarios, the groups they belong to, and what matters in each.
 *
 * @param groups scenario → group
 * @param criteria group → criteria as the judge reads them, one a line
 * @param scenarios those that have criteria of their own, by name
 */
public record Taxonomy(
    Map<String, String> groups, Map<String, String> criteria, Map<String, Scenario> scenarios)
    implements Serializable {
  private static final String BUILT_IN = "conf/scenarios.conf";

  /** Whose criteria a judge reads. */
  public enum Criteria {
    /** The scenario's own; its group's where it has none. */
    SCENARIO,
    /** Its group's. */
    GROUP,
    NONE;

    /** By its name in a configuration. */
    public static Criteria of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }
  }

  /** Reads the built-in taxonomy ({@code default}) or a file in the form of conf/scenarios.conf. */
  public static Taxonomy load(String nameOrPath) {
    if (nameOrPath.equals("default")) {
      return parse(Settings.resource(BUILT_IN), BUILT_IN);
    }
    try {
      return parse(Files.readString(LocalPath.of(nameOrPath)), nameOrPath);
    } catch (IOException e) {
      throw UserError.configuration(
          "taxonomy %s cannot be read: check assize.scenarios", nameOrPath);
    }
  }

  static Taxonomy parse(String hocon, String where) {
    Settings file = Settings.parse(hocon, where);
    if (file.has("extends")) {
      file.choice("extends", "default");
      file = file.over(Settings.resource(BUILT_IN));
    }
    Map<String, String> groups = new HashMap<>();
    Map<String, String> criteria = new HashMap<>();
    file.section("groups")
        .sections()
        .forEach(
            (group, settings) -> {
              List<String> lines = settings.texts("criteria");
              criteria.put(group, "- " + String.join("\n- ", lines));
              for (String scenario : settings.texts("scenarios")) {
                String before = groups.put(scenario, group);
                if (before != null) {
                  throw UserError.configuration(
                      "%s: scenario %s stands in two groups, %s and %s",
                      where, scenario, before, group);
                }
              }
            });
    return new Taxonomy(
        Map.copyOf(groups), Map.copyOf(criteria), Map.copyOf(scenarios(file, where)));
  }

  /**
   * A taxonomy file that has the built-in groups and these scenarios.
   *
   * @return HOCON that {@link #load} reads
   */
  public static String extending(Map<String, Scenario> scenarios) {
    StringBuilder hocon = new StringBuilder("extends = default\n\nscenarios {\n");
    new TreeMap<>(scenarios)
        .forEach(
            (name, scenario) -> {
              hocon.append("  ").append(ConfigUtil.quoteString(name)).append(" {\n");
              // A list of the built-in one's would be added to these.
              hocon.append("    basics = []\n    criteria = [\n");
              for (Criterion criterion : scenario.criteria()) {
                String line = ConfigUtil.quoteString(criterion.form());
                hocon.append("      ").append(line).append('\n');
              }
              hocon.append("    ]\n  }\n");
            });
    return hocon.append("}\n").toString();
  }

  private static Map<String, Scenario> scenarios(Settings file, String where) {
    Map<String, List<Criterion>> basics = new HashMap<>();
    if (file.has("basics")) {
      file.section("basics")
          .lists()
          .forEach((name, texts) -> basics.put(name, parse(texts, where + ": basics." + name)));
    }
    Map<String, Scenario> scenarios = new HashMap<>();
    if (file.has("scenarios")) {
      file.section("scenarios")
          .sections()
          .forEach(
              (name, settings) ->
                  scenarios.put(name, scenario(settings, basics, where + ": scenarios." + name)));
    }
    return scenarios;
  }

  private static Scenario scenario(
      Settings settings, Map<String, List<Criterion>> basics, String key) {
    List<Criterion> criteria = new ArrayList<>();
    for (String basic : settings.has("basics") ? settings.texts("basics") : List.<String>of()) {
      if (!basics.containsKey(basic)) {
        throw UserError.configuration(
            "%s.basics names %s: there is no such list in basics", key, basic);
      }
      criteria.addAll(basics.get(basic));
    }
    if (settings.has("criteria")) {
      criteria.addAll(parse(settings.texts("criteria"), key + ".criteria"));
    }
    if (criteria.isEmpty()) {
      throw UserError.configuration("%s has no criteria: give it some, or leave it out", key);
    }
    return new Scenario(settings.anyText("description"), criteria);
  }

  private static List<Criterion> parse(List<String> texts, String key) {
    return texts.stream().map(text -> Criterion.parse(text, key)).toList();
  }

  /** What a judge reads of a scenario; null where it is to read nothing, or there is nothing. */
  public String criteriaOf(String scenario, Criteria whose) {
    if (scenario == null || whose == Criteria.NONE) {
      return null;
    }
    Scenario own = scenarios.get(scenario);
    if (whose == Criteria.SCENARIO && own != null) {
      return own.text();
    }
    String group = groups.get(scenario);
    return group == null ? null : criteria.get(group);
  }
}
