package io.assize.judge.djl;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The C library's memory. What a load's copies and a closed judge's weights were in it keeps for
 * later, in a pool for each thread: gigabytes that an executor's container is charged for.
 */
final class NativeHeap {
  private static final Logger LOG = LoggerFactory.getLogger(NativeHeap.class);

  private NativeHeap() {}

  /** Gives back what is free, where the JVM can have it done: HotSpot on Linux, from 17.0.9 on. */
  static void trim() {
    try {
      Object said =
          ManagementFactory.getPlatformMBeanServer()
              .invoke(
                  new ObjectName("com.sun.management:type=DiagnosticCommand"),
                  "systemTrimNativeHeap",
                  new Object[0],
                  new String[0]);
      LOG.debug("{}", String.valueOf(said).strip());
    } catch (JMException | RuntimeException e) {
      LOG.debug("the native heap cannot be trimmed here: {}", e.toString());
    }
  }
}
