package io.assize.spark;

import io.assize.config.JudgeConfig;
import io.assize.judge.JudgeProvider;
import io.assize.judge.JudgeSpec;
import java.util.function.Function;
import org.apache.spark.sql.SparkSession;

/** A judge as the driver checks it, before any work. */
public final class DriverCheck {
  private DriverCheck() {}

  /**
   * Checks a judge with its model on this host, in what all executors can do; they are handed the
   * model's own place.
   *
   * @param check names the judge
   * @throws io.assize.config.UserError where it cannot be used
   */
  public static JudgeSpec of(
      SparkSession spark, JudgeConfig judge, Function<JudgeConfig, JudgeSpec> check) {
    // A relative path is one of the driver's working directory.
    JudgeConfig located = ModelCache.located(judge);
    JudgeConfig settled = JudgeProvider.of(judge).settled(located);
    JudgeConfig fitting = ExecutorKernels.resolve(spark, ModelCache.onThisHost(settled));
    return check.apply(fitting).with(fitting.withModel(located.model()));
  }
}
