package io.assize.config;

import java.io.Serializable;

/** What the configuration of one kind of judge has beyond what all kinds have. */
public interface JudgeSettings extends Serializable {
  /** Most requests that it works on at once in a JVM. */
  int concurrency();

  /**
   * Checks what this kind needs.
   *
   * @throws UserError where it is missing
   */
  default void check(JudgeConfig judge) {}

  /** Whether judges of this kind can be reward models. */
  default boolean canScore() {
    return false;
  }

  /** What of it can change a language model's answer; empty for nothing. */
  default String identity() {
    return "";
  }

  /** Tells judges of one fingerprint apart that are at different places. */
  default Object place() {
    return "";
  }

  /** The folder of recorded outputs that it gives back; null: it gives back none. */
  default String recordings() {
    return null;
  }

  /**
   * Refuses a setting that is not there.
   *
   * @param value null where it is not; a blank one is refused where it is read
   * @param wanted what to name
   */
  static void require(String value, String key, String wanted) {
    if (value == null) {
      throw UserError.configuration("%s is missing: name %s", key, wanted);
    }
  }
}
