package io.assize.spark;

import io.assize.config.JudgeConfig;
import io.assize.judge.djl.KernelSet;
import io.assize.judge.djl.PrecisionChoice;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which kernels the processors or GPUs of the executors have, and the precision that all can do.
 */
public final class ExecutorKernels {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorKernels.class);

  /** So long a task holds its core, so that the others go to other executors. */
  private static final long HOLD_MILLIS = 50;

  private ExecutorKernels() {}

  /**
   * A judge whose precision all executors can do, as far as they can be asked now: one that comes
   * later and cannot refuses to load it.
   *
   * @throws io.assize.config.UserError where one of them cannot do what is set
   */
  public static JudgeConfig resolve(SparkSession spark, JudgeConfig judge) {
    if (!judge.kind().equals("djl")) {
      return judge;
    }
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Map<String, Long> found =
        context.isLocal()
            ? Map.of(KernelSet.forJudge(Devices.ofTask(), judge.engine().kernels()).name(), 1L)
            : ask(context, judge.engine().kernels());
    JudgeConfig resolved =
        PrecisionChoice.resolve(judge, found.keySet().stream().map(KernelSet::valueOf).toList());
    LOG.info(
        "kernels {} on {}; precision {}",
        String.join(" and ", found.keySet().stream().map(name -> text(name)).toList()),
        context.isLocal() ? "this machine" : "the executors, by their cores",
        resolved.engine().precision());
    return resolved;
  }

  /** A task for each core, twice over. */
  private static Map<String, Long> ask(JavaSparkContext context, String kernels) {
    int tasks = 2 * context.defaultParallelism();
    List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
    Function<Integer, String> set =
        number -> {
          Thread.sleep(HOLD_MILLIS);
          return KernelSet.forJudge(Devices.ofTask(), kernels).name();
        };
    context.setJobDescription("assize: ask the executors for their kernels");
    try {
      return new TreeMap<>(context.parallelize(numbers, tasks).map(set).countByValue());
    } finally {
      context.setJobDescription(null);
    }
  }

  private static String text(String name) {
    return KernelSet.valueOf(name).text();
  }
}
