package io.assize.judge;

import io.assize.config.JudgeConfig;
import io.assize.config.JudgeKind;
import io.assize.config.UserError;
import io.assize.prompt.Protocol;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A kind of judge: how it is configured, checked and opened. Nothing else knows one kind from
 * another. A new kind is one class, and its line in the list of {@link JudgeKind}s.
 */
public interface JudgeProvider extends JudgeKind {
  /** The provider of a judge. */
  static JudgeProvider of(JudgeConfig judge) {
    return (JudgeProvider) JudgeKind.of(judge.kind());
  }

  /**
   * Checks settings and files, and names the judge.
   *
   * @param protocol how it will be asked
   * @throws io.assize.config.UserError where it cannot be used
   */
  JudgeSpec check(JudgeConfig judge, Protocol protocol);

  /**
   * Opens a judge on a device of this JVM.
   *
   * @param device {@code cpu}, or {@code gpu} and its address
   */
  Judge open(JudgeSpec spec, String device);

  /**
   * Looks, from this process, whether the judge can be asked at all; takes seconds at most.
   *
   * @return what is wrong; empty where nothing is known to be
   */
  default Optional<String> firstLook(JudgeConfig judge) {
    return Optional.empty();
  }

  /**
   * How the judge is asked by files.
   *
   * @param without what its provider does not take of a request
   * @throws io.assize.config.UserError where it cannot be
   */
  default BatchForm batches(JudgeConfig judge, List<String> without) {
    throw UserError.configuration(
        "a judge of kind %s is not asked by files of requests: set assize.judge.kind = http",
        judge.kind());
  }

  /** Whether {@code assize.judge.model} names files, which each host needs on its own disk. */
  default boolean readsFiles() {
    return false;
  }

  /** Where models from other file systems are kept on a host; null: in the user's cache. */
  default String modelCache(JudgeConfig judge) {
    return null;
  }

  /**
   * What a judge would compute with on a device of this JVM; null where it is not computed here.
   */
  default String kernels(JudgeConfig judge, String device) {
    return null;
  }

  /** What this JVM computes with on a device; null likewise. */
  default String kernelsUsed(String device) {
    return null;
  }

  /**
   * The judge in what all its devices can do.
   *
   * @param kernels those of {@link #kernels} on its devices, at least one
   * @throws io.assize.config.UserError where one of them cannot do what is set
   */
  default JudgeConfig fitting(JudgeConfig judge, Collection<String> kernels) {
    return judge;
  }

  /**
   * The judge with what only the judge itself can tell, asked once, before anything is planned.
   *
   * @throws io.assize.config.UserError where it cannot be asked
   */
  default JudgeConfig settled(JudgeConfig judge) {
    return judge;
  }

  /**
   * What the model reads of a prompt, without its weights being loaded.
   *
   * @param spec checked, with its model on this host
   * @return empty for a judge that is handed the messages as they are
   */
  default List<Reading> readings(JudgeSpec spec, Prompt prompt) {
    return List.of();
  }

  /** The precision of its products; null where it is not computed here. */
  default String precision(JudgeConfig judge) {
    return null;
  }
}
