package io.assize.judge.djl;

import static java.util.stream.Collectors.joining;

import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/** Which precision a judge runs in: what {@code auto} stands for, and what is refused. */
public final class PrecisionChoice {
  private PrecisionChoice() {}

  /**
   * A judge whose precision all devices can do.
   *
   * @param sets what its devices compute with, at least one
   * @throws UserError where one of them cannot do the precision that is set
   */
  public static JudgeConfig resolve(JudgeConfig judge, Collection<KernelSet> sets) {
    List<String> common = sets.iterator().next().precisions();
    for (KernelSet set : sets) {
      common = common.stream().filter(set.precisions()::contains).toList();
    }
    EngineConfig engine = EngineConfig.of(judge);
    String wanted = engine.precision();
    if (wanted.equals(EngineConfig.AUTO)) {
      return judge.with(engine.withPrecision(common.get(0)));
    }
    if (!common.contains(wanted)) {
      throw UserError.configuration(
          "assize.judge.precision is %s, but the judge's kernels are %s, which can do %s: set it to"
              + " auto or to one of these",
          wanted,
          new TreeSet<>(sets).stream().map(KernelSet::text).collect(joining(" and ")),
          String.join(", ", common));
    }
    return judge;
  }

  /** A judge on one device of this JVM. */
  public static JudgeConfig here(JudgeConfig judge, String device) {
    String kernels = EngineConfig.of(judge).kernels();
    return resolve(judge, List.of(KernelSet.forJudge(device, kernels)));
  }
}
