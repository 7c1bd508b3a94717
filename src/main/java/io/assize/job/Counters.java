package io.assize.job;

import io.assize.spark.DeviceWork;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What the judging tasks count while they run. For progress: a task that is tried again counts
 * again.
 *
 * @param judged requests answered
 * @param failed requests whose status is not ok
 * @param tokens tokens read and written
 * @param work what the devices did
 */
record Counters(
    LongAccumulator judged, LongAccumulator failed, LongAccumulator tokens, DeviceWork work)
    implements Serializable {

  static Counters of(SparkContext context) {
    DeviceWork work = new DeviceWork();
    context.register(work, "device work");
    return new Counters(
        context.longAccumulator("requests judged"),
        context.longAccumulator("requests failed"),
        context.longAccumulator("tokens"),
        work);
  }
}
