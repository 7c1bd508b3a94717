package io.assize.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.judge.WorkDone;
import io.assize.testing.LocalSpark;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskContext$;
import org.apache.spark.TaskContextImpl;
import org.apache.spark.executor.TaskMetrics;
import org.apache.spark.serializer.SerializerInstance;
import org.apache.spark.util.AccumulatorV2;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.Map$;
import scala.reflect.ClassTag$;

class DeviceWorkTest {
  private static final WorkDone WORK = new WorkDone(10, 1, 20, 2, 0);

  @Test
  void itCanBeAskedAllFromTheMomentItRegistersItselfWhileItIsReadFromItsBytes() {
    SparkEnv env = env();
    DeviceWork driver = new DeviceWork();
    LocalSpark.session().sparkContext().register(driver, "device work");
    List<DeviceWork> seen = new ArrayList<>();
    TaskContext before = TaskContext.get();
    TaskContext$.MODULE$.setTaskContext(contextThatAsksAll(env, seen));
    try {
      DeviceWork task = copy(env.closureSerializer().newInstance(), driver);
      assertThat(seen).hasSize(1).first().isSameAs(task);
      // What was added while it was half made is there.
      assertThat(task.value()).containsOnlyKeys("early");
      task.add(new DeviceWork.Report("jvm/cpu", null, 1, 2, WORK));
      assertThat(task.isZero()).isFalse();
    } finally {
      TaskContext$.MODULE$.unset();
      if (before != null) {
        TaskContext$.MODULE$.setTaskContext(before);
      }
    }
  }

  @Test
  void whatATaskReportedComesBackToTheDriver() {
    DeviceWork task = new DeviceWork();
    LocalSpark.session().sparkContext().register(task, "device work");
    SerializerInstance bytes = env().closureSerializer().newInstance();
    DeviceWork executor = copy(bytes, task);
    executor.add(new DeviceWork.Report("jvm/cpu", null, 1, 1, WorkDone.NONE));
    executor.add(new DeviceWork.Report("jvm/cpu", null, 1, 2, WORK));
    DeviceWork back = copy(bytes, executor);
    task.merge(back);
    assertThat(task.value())
        .isEqualTo(Map.of("jvm/cpu", new DeviceWork.Report("jvm/cpu", null, 1, 2, WORK)));
  }

  private static SparkEnv env() {
    LocalSpark.session();
    return SparkEnv.get();
  }

  private static DeviceWork copy(SerializerInstance bytes, DeviceWork work) {
    var tag = ClassTag$.MODULE$.<DeviceWork>apply(DeviceWork.class);
    return bytes.deserialize(bytes.serialize(work, tag), tag);
  }

  /** A task whose metrics ask an accumulator all, as the heartbeat's thread may at that moment. */
  private static TaskContext contextThatAsksAll(SparkEnv env, List<DeviceWork> seen) {
    TaskMetrics metrics =
        new TaskMetrics() {
          private static final long serialVersionUID = 1L;

          @Override
          public void registerAccumulator(AccumulatorV2<?, ?> accumulator) {
            if (accumulator instanceof DeviceWork work) {
              assertThat(work.isZero()).isTrue();
              assertThat(work.value()).isEmpty();
              assertThat(work.copy().isZero()).isTrue();
              assertThat(work.toString()).isNotNull();
              work.reset();
              work.merge(new DeviceWork());
              work.add(new DeviceWork.Report("early", null, 0, 0, WorkDone.NONE));
              seen.add(work);
            }
          }
        };
    return new TaskContextImpl(
        0,
        0,
        0,
        0L,
        0,
        1,
        null,
        new Properties(),
        env.metricsSystem(),
        metrics,
        1,
        Map$.MODULE$.empty());
  }
}
