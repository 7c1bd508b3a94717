package io.assize.spark;

import io.assize.judge.WorkDone;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.HashMap;
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

  /** Made at its first use, and not by deserialisation: see {@link #readObject}. */
  private transient volatile ConcurrentHashMap<String, Report> reports;

  /**
   * A running total.
   *
   * @param instance names the JVM and the device
   * @param kernels what the device computes with; null for a judge that is not computed here
   * @param loads how often the judge was opened on that device in that JVM
   * @param tasks how many tasks of that JVM have reported
   */
  public record Report(String instance, String kernels, long loads, long tasks, WorkDone work)
      implements Serializable {
    private Report larger(Report other) {
      return other.tasks > tasks ? other : this;
    }
  }

  @Override
  public boolean isZero() {
    return reports().isEmpty();
  }

  @Override
  public DeviceWork copy() {
    DeviceWork copy = new DeviceWork();
    copy.reports().putAll(reports());
    return copy;
  }

  @Override
  public void reset() {
    reports().clear();
  }

  @Override
  public void add(Report report) {
    reports().merge(report.instance(), report, Report::larger);
  }

  @Override
  public void merge(AccumulatorV2<Report, Map<String, Report>> other) {
    other.value().values().forEach(this::add);
  }

  @Override
  public Map<String, Report> value() {
    return Map.copyOf(reports());
  }

  private ConcurrentHashMap<String, Report> reports() {
    ConcurrentHashMap<String, Report> known = reports;
    if (known == null) {
      synchronized (this) {
        known = reports;
        if (known == null) {
          known = new ConcurrentHashMap<>();
          reports = known;
        }
      }
    }
    return known;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    out.defaultWriteObject();
    out.writeObject(new HashMap<>(reports()));
  }

  /**
   * What an accumulator is read from begins with its superclass, which hands it to the running
   * task, and so to the heartbeat's thread, before anything of this class is there.
   */
  private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
    in.defaultReadObject();
    @SuppressWarnings("unchecked")
    Map<String, Report> read = (Map<String, Report>) in.readObject();
    read.values().forEach(this::add);
  }
}
