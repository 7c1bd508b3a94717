package io.assize.spark;

import io.assize.config.JudgeConfig;
import io.assize.judge.JudgeProvider;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
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
    JudgeProvider provider = JudgeProvider.of(judge);
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    if (provider.kernelsUsed(Devices.ofTask()) == null) {
      return judge;
    }
    Collection<String> found =
        context.isLocal()
            ? List.of(provider.kernels(judge, Devices.ofTask()))
            : ask(context, judge);
    JudgeConfig resolved = provider.fitting(judge, found);
    LOG.info(
        "kernels {} on {}; precision {}",
        String.join(" and ", found),
        context.isLocal() ? "this machine" : "the executors, by their cores",
        provider.precision(resolved));
    return resolved;
  }

  /** A task for each core, twice over. */
  private static Collection<String> ask(JavaSparkContext context, JudgeConfig judge) {
    int tasks = 2 * context.defaultParallelism();
    List<Integer> numbers = IntStream.range(0, tasks).boxed().toList();
    Function<Integer, String> kernels =
        number -> {
          Thread.sleep(HOLD_MILLIS);
          return JudgeProvider.of(judge).kernels(judge, Devices.ofTask());
        };
    context.setJobDescription("assize: ask the executors for their kernels");
    try {
      return new TreeSet<>(context.parallelize(numbers, tasks).map(kernels).distinct().collect());
    } finally {
      context.setJobDescription(null);
    }
  }
}
