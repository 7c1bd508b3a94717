package io.assize.spark;

import io.assize.config.UserError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses of GPUs as Spark's discovery scripts give them, as the numbers that CUDA counts devices
 * by in this process: a number is one already, a UUID ({@code GPU-…}, {@code MIG-…}) is looked up.
 *
 * @param visible {@code CUDA_VISIBLE_DEVICES}; null where it is not set
 * @param order {@code CUDA_DEVICE_ORDER}; null where it is not set
 * @param listing what {@code nvidia-smi -L} prints; asked only where it is needed, empty where
 *     there is none
 */
record GpuAddresses(String visible, String order, Supplier<String> listing) {
  private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");
  private static final Pattern LISTED =
      Pattern.compile("(?m)^GPU (\\d+): (.*?) \\(UUID: (GPU-[^)\\s]+)\\)");

  private record Gpu(String number, String name, String uuid) {}

  /**
   * CUDA's number of an address.
   *
   * @throws UserError where the address cannot be found among CUDA's devices
   */
  int number(String address) {
    if (NUMBER.matcher(address).matches()) {
      return Integer.parseInt(address);
    }
    List<String> seen =
        visible == null || visible.isBlank() ? List.of() : List.of(visible.split(","));
    for (int i = 0; i < seen.size(); i++) {
      // CUDA takes the beginning of a UUID for the whole.
      String one = seen.get(i).strip();
      if (one.length() > "GPU-".length() && address.startsWith(one)) {
        return i;
      }
    }
    List<Gpu> gpus = gpus();
    for (Gpu gpu : gpus) {
      if (gpu.uuid().equals(address)) {
        return seen.isEmpty() ? inOrder(gpu, gpus, address) : among(gpu, seen, address);
      }
    }
    throw unknown(address, "nvidia-smi -L lists none of that UUID");
  }

  /** The numbers of CUDA and of nvidia-smi agree where the bus decides, or where all are alike. */
  private int inOrder(Gpu gpu, List<Gpu> gpus, String address) {
    Set<String> names = new HashSet<>();
    gpus.forEach(one -> names.add(one.name()));
    if (names.size() > 1 && !"PCI_BUS_ID".equals(order)) {
      throw unknown(address, "CUDA counts this host's unlike GPUs in an order of its own");
    }
    return Integer.parseInt(gpu.number());
  }

  private static int among(Gpu gpu, List<String> seen, String address) {
    for (int i = 0; i < seen.size(); i++) {
      if (seen.get(i).strip().equals(gpu.number())) {
        return i;
      }
    }
    throw unknown(address, "CUDA_VISIBLE_DEVICES does not name it");
  }

  private List<Gpu> gpus() {
    List<Gpu> gpus = new ArrayList<>();
    Matcher line = LISTED.matcher(listing.get());
    while (line.find()) {
      gpus.add(new Gpu(line.group(1), line.group(2), line.group(3)));
    }
    return gpus;
  }

  private static UserError unknown(String address, String why) {
    return UserError.failure(
        "Spark gave the judge the GPU %s, and which of CUDA's devices that is cannot be told (%s): set"
            + " CUDA_VISIBLE_DEVICES in the executor's environment to its GPUs, or give Spark a"
            + " discovery script that prints their numbers",
        address, why);
  }
}
