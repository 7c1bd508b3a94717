package io.assize.config;

import java.util.List;
import java.util.ServiceLoader;

/**
 * A kind of judge as a configuration knows it: its name and its section. All kinds stand in one
 * list, {@code META-INF/services/io.assize.config.JudgeKind}, a line each.
 */
public interface JudgeKind {
  /** What {@code assize.judge.kind} calls it. */
  String kind();

  /**
   * Reads its settings.
   *
   * @param judge the section {@code assize.judge}
   * @throws UserError where one of them is not what it may be
   */
  JudgeSettings settings(Settings judge);

  /**
   * The keys below {@code assize.judge} that it has beyond those of conf/reference.conf, with their
   * defaults, as HOCON.
   */
  default String reference() {
    return "";
  }

  /** All kinds, in the list's order. */
  static List<JudgeKind> all() {
    return Listed.KINDS;
  }

  /** The list, read once: tasks ask for their kind. */
  final class Listed {
    private static final List<JudgeKind> KINDS =
        ServiceLoader.load(JudgeKind.class, JudgeKind.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();

    private Listed() {}
  }

  /**
   * The kind of a name.
   *
   * @throws IllegalArgumentException where there is none
   */
  static JudgeKind of(String name) {
    return all().stream()
        .filter(kind -> kind.kind().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no kind of judge " + name));
  }
}
