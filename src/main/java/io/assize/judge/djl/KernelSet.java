package io.assize.judge.djl;

import io.assize.config.UserError;
import io.assize.judge.model.Precision;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a judge's products are computed with: the instructions of its processor, as far as PyTorch's
 * libraries will use them, or CUDA. It decides which precisions there are; a verdict's key has the
 * precision, not the set.
 *
 * <p>The variables {@code ONEDNN_MAX_CPU_ISA}, {@code ATEN_CPU_CAPABILITY} and {@code
 * MKL_ENABLE_INSTRUCTIONS} hold the libraries back, so they hold the set back too.
 */
public enum KernelSet {
  /** A processor of which nothing is known, or an old one. */
  PORTABLE("", ""),
  /** AVX2 and FMA. PyTorch's int8 and bfloat16 products want more. */
  AVX2("avx2 fma", "avx2"),
  /** AVX-512 with VNNI: without it, oneDNN's int8 sums would overflow. */
  AVX512("avx512f avx512bw avx512dq avx512vl avx512_vnni", "avx512_core_fp16"),
  /** AVX-512 with AMX's tiles, which oneDNN takes by itself. */
  AMX("amx_tile amx_int8 amx_bf16", ""),
  /** A GPU. */
  CUDA("", "");

  private static final Logger LOG = LoggerFactory.getLogger(KernelSet.class);
  private static final List<KernelSet> OF_PROCESSORS = List.of(PORTABLE, AVX2, AVX512, AMX);

  /** The most that oneDNN's variable allows, by its value; what is not here holds nothing back. */
  private static final Map<String, KernelSet> ONEDNN =
      Map.ofEntries(
          Map.entry("sse41", PORTABLE),
          Map.entry("avx", PORTABLE),
          Map.entry("avx2", AVX2),
          Map.entry("avx2_vnni", AVX2),
          Map.entry("avx2_vnni_2", AVX2),
          Map.entry("avx512_core", AVX2),
          Map.entry("avx512_core_vnni", AVX512),
          Map.entry("avx512_core_bf16", AVX512),
          Map.entry("avx512_core_fp16", AVX512),
          Map.entry("avx10_1_512", AVX512));

  private static final Map<String, KernelSet> ATEN = Map.of("default", PORTABLE, "avx2", AVX2);

  private static final Map<String, KernelSet> MKL =
      Map.of("sse4_2", PORTABLE, "avx", PORTABLE, "avx2", AVX2);

  /** What this JVM's processor has and its libraries will use; less once a set was named. */
  private static KernelSet ofThisJvm;

  private final String flags;
  private final String oneDnn;

  KernelSet(String flags, String oneDnn) {
    this.flags = flags;
    this.oneDnn = oneDnn;
  }

  /** Its name in the configuration and in tables. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The set of a name. */
  static KernelSet of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /** The precisions that it can do in this engine, the one for {@code auto} first. */
  public List<String> precisions() {
    return allPrecisions().stream().map(p -> p.name().toLowerCase(Locale.ROOT)).toList();
  }

  boolean can(Precision precision) {
    return allPrecisions().contains(precision);
  }

  private List<Precision> allPrecisions() {
    return switch (this) {
      case PORTABLE, AVX2 -> List.of(Precision.FP32);
      case AVX512, AMX -> List.of(Precision.INT8, Precision.BF16, Precision.FP32);
      case CUDA -> List.of(Precision.FP16, Precision.BF16, Precision.FP32);
    };
  }

  /**
   * What this JVM computes with on a device.
   *
   * @param device {@code cpu}, or {@code gpu} and its address
   */
  public static KernelSet used(String device) {
    return device.startsWith("gpu") ? CUDA : ofThisJvm();
  }

  /**
   * What a judge on a device may count on.
   *
   * @param kernels {@code auto}, or the name of a set for processors, of which a GPU knows nothing
   * @throws UserError where the processor lacks the named set
   */
  public static KernelSet forJudge(String device, String kernels) {
    KernelSet has = used(device);
    if (has == CUDA || kernels.equals("auto")) {
      return has;
    }
    KernelSet named = of(kernels);
    if (named.compareTo(has) > 0) {
      throw UserError.configuration(
          "assize.judge.kernels is %s, and what this processor's libraries use is %s: set it to"
              + " auto%s",
          kernels, has.text(), has == PORTABLE ? "" : ", or to " + lowerSets(has));
    }
    if (named != has) {
      holdBack(named, has);
    }
    return named;
  }

  /** Of what a processor has, as far as the environment lets the libraries use it. */
  static KernelSet of(Set<String> processor, Map<String, String> environment) {
    KernelSet has = PORTABLE;
    for (KernelSet set : OF_PROCESSORS) {
      if (!set.flags.isEmpty() && !processor.containsAll(List.of(set.flags.split(" ")))) {
        break;
      }
      has = set;
    }
    String oneDnn =
        environment.getOrDefault(
            "ONEDNN_MAX_CPU_ISA", environment.getOrDefault("DNNL_MAX_CPU_ISA", ""));
    return least(
        has,
        ONEDNN.getOrDefault(oneDnn.toLowerCase(Locale.ROOT), has),
        ATEN.getOrDefault(environment.getOrDefault("ATEN_CPU_CAPABILITY", ""), has),
        MKL.getOrDefault(
            environment.getOrDefault("MKL_ENABLE_INSTRUCTIONS", "").toLowerCase(Locale.ROOT), has));
  }

  /** What this machine's processor has, whatever its libraries will use. */
  static KernelSet ofProcessor() {
    return of(flagsOfProcessor(), Map.of());
  }

  private static synchronized KernelSet ofThisJvm() {
    if (ofThisJvm == null) {
      ofThisJvm = of(flagsOfProcessor(), System.getenv());
    }
    return ofThisJvm;
  }

  /**
   * Has the libraries use less than the processor has. They read the variables once, so it can be
   * done before PyTorch is loaded only; later, the set decides over the precision alone.
   */
  private static synchronized void holdBack(KernelSet named, KernelSet has) {
    boolean held =
        !loaded("libtorch_cpu")
            && Environment.set("ONEDNN_MAX_CPU_ISA", named == PORTABLE ? "sse41" : named.oneDnn)
            && Environment.set("ATEN_CPU_CAPABILITY", named == PORTABLE ? "default" : named.aten())
            && Environment.set(
                "MKL_ENABLE_INSTRUCTIONS", named == PORTABLE ? "SSE4_2" : mkl(named));
    if (held) {
      ofThisJvm = named;
    } else {
      LOG.warn(
          "assize.judge.kernels = {} chooses the precision, but PyTorch computes with {}, since this"
              + " JVM has loaded it already: set ONEDNN_MAX_CPU_ISA, ATEN_CPU_CAPABILITY and"
              + " MKL_ENABLE_INSTRUCTIONS in the JVM's environment",
          named.text(),
          has.text());
    }
  }

  private String aten() {
    return this == AVX2 ? "avx2" : "avx512";
  }

  private static String mkl(KernelSet set) {
    return set == AVX2 ? "AVX2" : "AVX512";
  }

  private static String lowerSets(KernelSet has) {
    return OF_PROCESSORS.stream()
        .filter(set -> set.compareTo(has) <= 0 && set != PORTABLE)
        .map(KernelSet::text)
        .collect(Collectors.joining(" or "));
  }

  private static KernelSet least(KernelSet... sets) {
    return Arrays.stream(sets).min(KernelSet::compareTo).orElseThrow();
  }

  /** As Linux names them; none where that cannot be asked. */
  private static Set<String> flagsOfProcessor() {
    return lines(Path.of("/proc/cpuinfo")).stream()
        .filter(line -> line.startsWith("flags"))
        .findFirst()
        .map(line -> line.substring(line.indexOf(':') + 1).strip().split("\\s+"))
        .map(flags -> Set.copyOf(Arrays.asList(flags)))
        .orElse(Set.of());
  }

  private static boolean loaded(String library) {
    return lines(Path.of("/proc/self/maps")).stream().anyMatch(line -> line.contains(library));
  }

  private static List<String> lines(Path file) {
    try {
      // Read whole: files of the kernel have no size that can be asked for.
      return new String(Files.newInputStream(file).readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .toList();
    } catch (IOException e) {
      return List.of();
    }
  }
}
