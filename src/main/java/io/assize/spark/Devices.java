package io.assize.spark;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** The device of the running task. */
public final class Devices {
  /** What was found out in this JVM: addresses and environment do not change while it runs. */
  private static final Map<String, Integer> NUMBERS = new ConcurrentHashMap<>();

  private static final GpuAddresses ADDRESSES =
      new GpuAddresses(
          System.getenv("CUDA_VISIBLE_DEVICES"),
          System.getenv("CUDA_DEVICE_ORDER"),
          Devices::listing);

  private Devices() {}

  /**
   * {@code gpu} and CUDA's number of the GPU that Spark assigned to the task, whose address may be
   * a UUID; {@code cpu} where it gave none.
   */
  public static String ofTask() {
    TaskContext task = TaskContext.get();
    ResourceInformation gpu = task == null ? null : task.resourcesJMap().get("gpu");
    return gpu == null || gpu.addresses().length == 0
        ? "cpu"
        : "gpu" + NUMBERS.computeIfAbsent(gpu.addresses()[0].strip(), ADDRESSES::number);
  }

  /** What {@code nvidia-smi -L} prints; empty where there is none, or where it does not end. */
  private static String listing() {
    try {
      Process program = new ProcessBuilder("nvidia-smi", "-L").redirectErrorStream(true).start();
      try {
        program.getOutputStream().close();
        // It prints a line for each GPU, less than a pipe holds.
        return program.waitFor(30, TimeUnit.SECONDS)
            ? new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
            : "";
      } finally {
        program.destroyForcibly();
      }
    } catch (IOException e) {
      return "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }
}
