package io.assize.spark;

import io.assize.judge.WorkDone;
import java.io.Serializable;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.util.AccumulatorV2;

/**
 * What each judge instance (one device of one executor's JVM) has done. Tasks report running
 * totals; the largest counts, so that many tasks of one instance, and repeated ones, count once.
 */
public final class DeviceWork
    extends AccumulatorV2<DeviceWork.Report, Map<String, DeviceWork.Report>> {
  private static final long serialVersionUID = 1L;

  private final ConcurrentHashMap<String, Report> reports = new ConcurrentHashMap<>();

  /**
   * A running total.
   *
   * @param instance names the JVM and the device
   * @param loads how often a judge was opened in that JVM
   * @param tasks how many tasks of that JVM have reported
   */
  public record Report(String instance, long loads, long tasks, WorkDone work)
      implements Serializable {
    private Report larger(Report other) {
      return other.tasks > tasks ? other : this;
    }
  }

  @Override
  public boolean isZero() {
    return reports.isEmpty();
  }

  @Override
  public DeviceWork copy() {
    DeviceWork copy = new DeviceWork();
    copy.reports.putAll(reports);
    return copy;
  }

  @Override
  public void reset() {
    reports.clear();
  }

  @Override
  public void add(Report report) {
    reports.merge(report.instance(), report, Report::larger);
  }

  @Override
  public void merge(AccumulatorV2<Report, Map<String, Report>> other) {
    other.value().values().forEach(this::add);
  }

  @Override
  public Map<String, Report> value() {
    return Map.copyOf(reports);
  }
}
