package io.assize.judge.djl;

import static java.util.stream.Collectors.joining;

import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.model.CheckpointFiles;
import io.assize.judge.model.Precision;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;

/** Which precision a judge runs in: what {@code auto} stands for, and what is refused. */
public final class PrecisionChoice {
  private PrecisionChoice() {}

  /**
   * A judge whose precision its model and all devices can do.
   *
   * @param model what its family of models can be computed in
   * @param sets what its devices compute with, at least one
   * @throws UserError where the model or one of them cannot do the precision that is set
   */
  public static JudgeConfig resolve(
      JudgeConfig judge, Collection<Precision> model, Collection<KernelSet> sets) {
    EngineConfig engine = EngineConfig.of(judge);
    String wanted = engine.precision();
    List<String> ofModel = model.stream().map(PrecisionChoice::text).sorted().toList();
    if (!wanted.equals(EngineConfig.AUTO) && !ofModel.contains(wanted)) {
      throw UserError.configuration(
          "assize.judge.precision is %s, which models like %s cannot be computed in: set it to auto"
              + " or to one of these: %s",
          wanted, judge.model(), String.join(", ", ofModel));
    }
    List<String> devices = sets.iterator().next().precisions();
    for (KernelSet set : sets) {
      devices = devices.stream().filter(set.precisions()::contains).toList();
    }
    List<String> common = devices.stream().filter(ofModel::contains).toList();
    if (wanted.equals(EngineConfig.AUTO)) {
      return judge.with(engine.withPrecision(common.get(0)));
    }
    if (!common.contains(wanted)) {
      throw UserError.configuration(
          "assize.judge.precision is %s, but the judge's kernels are %s, which can do %s: set it to"
              + " auto or to one of these",
          wanted,
          new TreeSet<>(sets).stream().map(KernelSet::text).collect(joining(" and ")),
          String.join(", ", devices));
    }
    return judge;
  }

  /** A judge on some devices. */
  public static JudgeConfig resolve(JudgeConfig judge, Collection<KernelSet> sets) {
    Path model = Path.of(judge.model());
    return resolve(judge, CheckpointFiles.find(model).precisions(), sets);
  }

  /** A judge on one device of this JVM. */
  public static JudgeConfig here(JudgeConfig judge, String device) {
    String kernels = EngineConfig.of(judge).kernels();
    return resolve(judge, List.of(KernelSet.forJudge(device, kernels)));
  }

  private static String text(Precision precision) {
    return precision.name().toLowerCase(Locale.ROOT);
  }
}
