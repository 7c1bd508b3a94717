package io.assize.spark;

import org.apache.spark.TaskContext;
import org.apache.spark.resource.ResourceInformation;

/** The device of the running task. */
public final class Devices {
  private Devices() {}

  /**
   * {@code gpu} and the address that Spark assigned to the task; {@code cpu} where it gave none.
   */
  public static String ofTask() {
    TaskContext task = TaskContext.get();
    ResourceInformation gpu = task == null ? null : task.resourcesJMap().get("gpu");
    return gpu == null || gpu.addresses().length == 0 ? "cpu" : "gpu" + gpu.addresses()[0];
  }
}
