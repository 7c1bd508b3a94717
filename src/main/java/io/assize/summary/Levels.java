package io.assize.summary;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The levels at which tables have rows: a scenario, its group as {@code group:NAME}, and all.
 *
 * @param groups scenario → group
 */
record Levels(Map<String, String> groups) implements Serializable {
  static final String ALL = "all";
  static final String GROUP = "group:";

  /** The levels that a scenario's games count in. */
  List<String> of(String scenario) {
    List<String> levels = new ArrayList<>(List.of(scenario));
    String group = groups.get(scenario);
    if (group != null) {
      levels.add(GROUP + group);
    }
    levels.add(ALL);
    return levels;
  }

  /** Sorts by judge, then scenarios by name, then groups, then all. */
  static String key(String judge, String level) {
    return judge + "\u0000" + rank(level) + level;
  }

  /** Whether a name is one of a level that sums up others: no scenario and no model may bear it. */
  static boolean isReserved(String name) {
    return rank(name) > 0;
  }

  static int rank(String level) {
    return level.equals(ALL) ? 2 : level.startsWith(GROUP) ? 1 : 0;
  }
}
