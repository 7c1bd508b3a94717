package io.assize.scenario;

import io.assize.config.LocalPath;
import io.assize.config.Settings;
import io.assize.config.UserError;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Scenarios, the groups they belong to, and the groups' criteria.
 *
 * @param groups scenario → group
 * @param criteria group → criteria as the judge reads them, one a line
 */
public record Taxonomy(Map<String, String> groups, Map<String, String> criteria)
    implements Serializable {

  /** Reads the built-in taxonomy ({@code default}) or a file in the form of conf/scenarios.conf. */
  public static Taxonomy load(String nameOrPath) {
    if (nameOrPath.equals("default")) {
      return parse(Settings.resource("conf/scenarios.conf"), "conf/scenarios.conf");
    }
    try {
      return parse(Files.readString(LocalPath.of(nameOrPath)), nameOrPath);
    } catch (IOException e) {
      throw UserError.configuration(
          "taxonomy %s cannot be read: check assize.scenarios", nameOrPath);
    }
  }

  static Taxonomy parse(String hocon, String where) {
    Map<String, String> groups = new HashMap<>();
    Map<String, String> criteria = new HashMap<>();
    Settings.parse(hocon, where)
        .section("groups")
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
    return new Taxonomy(Map.copyOf(groups), Map.copyOf(criteria));
  }

  /** A scenario's criteria; null where it belongs to no group. */
  public String criteriaOf(String scenario) {
    String group = groups.get(scenario);
    return group == null ? null : criteria.get(group);
  }
}
