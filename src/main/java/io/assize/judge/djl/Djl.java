package io.assize.judge.djl;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.util.cuda.CudaUtils;
import com.sun.management.OperatingSystemMXBean;
import io.assize.config.UserError;
import java.lang.management.ManagementFactory;

/**
 * DJL in this JVM: its settings, which must stand before any part of it starts, and what it says of
 * devices. Whatever uses DJL comes through here first.
 */
final class Djl {
  private static final String ENGINE = "PyTorch";

  static {
    // Shapes change at every step, so optimised traces would be remade again and again; and DJL
    // shall not report its use over the network.
    System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private Djl() {}

  /** Sees to it that the settings stand. */
  static void settle() {}

  /** A model without weights or graph. */
  static Model newModel(Device device) {
    return Model.newInstance("assize-decoder", device, ENGINE);
  }

  /** Refuses a device that this PyTorch cannot use. */
  static void refuseUnusable(Device device) {
    if (device.isGpu() && !Engine.getEngine(ENGINE).hasCapability(StandardCapabilities.CUDA)) {
      throw UserError.failure(
          "Spark gave the judge %s, but the PyTorch of this executor is built for CPUs: name one"
              + " built for CUDA in the executor's PYTORCH_LIBRARY_PATH, or ask for no GPU"
              + " (docs/cluster.md)",
          device);
    }
  }

  /** Bytes for a model: a GPU's; else this machine's or container's beside the JVM's heap. */
  static long memory(Device device) {
    if (device.isGpu()) {
      return CudaUtils.getGpuMemory(device).getMax();
    }
    OperatingSystemMXBean system =
        (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getTotalMemorySize() - Runtime.getRuntime().maxMemory();
  }
}
