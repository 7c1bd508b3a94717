package io.assize.job;

import io.assize.spark.DeviceWork;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/**
 * What the judging tasks count while they run, for progress.
 *
 * @param judged different requests whose verdict is decided; one that the engine failed on is when
 *     it was tried once more
 * @param failed those of them whose status is not ok
 * @param again requests that the engine failed on at the first try
 * @param elsewhere requests left out, since another run has judged them meanwhile
 * @param tokens tokens read and written
 * @param work what the devices did
 */
record Counters(
    LongAccumulator judged,
    LongAccumulator failed,
    LongAccumulator again,
    LongAccumulator elsewhere,
    LongAccumulator tokens,
    DeviceWork work)
    implements Serializable {

  static Counters of(SparkContext context) {
    DeviceWork work = new DeviceWork();
    context.register(work, "device work");
    return new Counters(
        context.longAccumulator("requests judged"),
        context.longAccumulator("requests failed"),
        context.longAccumulator("requests to be tried again"),
        context.longAccumulator("requests judged by another run"),
        context.longAccumulator("tokens"),
        work);
  }
}
