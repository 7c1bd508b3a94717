package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.JudgeSpec;
import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.CheckpointFiles;
import io.assize.judge.model.ModelTensors;
import io.assize.judge.model.Precision;
import io.assize.testing.DemoJudge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which kernels a processor has, and what they decide. */
@HeldKernels
class KernelSetTest {
  private static final Path TINY = Path.of("src/test/resources/golden/tiny-llama");
  private static final String ZEN3 = "fpu sse4_2 avx f16c fma avx2 vaes";
  private static final String SKYLAKE = ZEN3 + " avx512f avx512dq avx512bw avx512vl";
  private static final String ZEN4 = SKYLAKE + " avx512_vnni avx512_bf16";
  private static final String SAPPHIRE = ZEN4 + " amx_bf16 amx_tile amx_int8";

  @Test
  void aSetIsAllThatTheProcessorHas() {
    assertThat(of("", Map.of())).isEqualTo(KernelSet.PORTABLE);
    assertThat(of("fpu sse4_2 avx", Map.of())).isEqualTo(KernelSet.PORTABLE);
    assertThat(of(ZEN3, Map.of())).isEqualTo(KernelSet.AVX2);
    assertThat(of(SKYLAKE, Map.of())).isEqualTo(KernelSet.AVX2);
    assertThat(of(ZEN4, Map.of())).isEqualTo(KernelSet.AVX512);
    assertThat(of(SAPPHIRE, Map.of())).isEqualTo(KernelSet.AMX);
  }

  @ParameterizedTest
  @CsvSource({
    "ONEDNN_MAX_CPU_ISA, AVX2, AVX2",
    "ONEDNN_MAX_CPU_ISA, avx512_core, AVX2",
    "ONEDNN_MAX_CPU_ISA, AVX512_CORE_BF16, AVX512",
    "ONEDNN_MAX_CPU_ISA, AVX512_CORE_AMX, AMX",
    "ONEDNN_MAX_CPU_ISA, SSE41, PORTABLE",
    "ONEDNN_MAX_CPU_ISA, ALL, AMX",
    "DNNL_MAX_CPU_ISA, AVX2, AVX2",
    "ATEN_CPU_CAPABILITY, avx2, AVX2",
    "ATEN_CPU_CAPABILITY, default, PORTABLE",
    "ATEN_CPU_CAPABILITY, avx512, AMX",
    "MKL_ENABLE_INSTRUCTIONS, AVX2, AVX2",
    "MKL_ENABLE_INSTRUCTIONS, SSE4_2, PORTABLE",
  })
  void whatHoldsTheLibrariesBackHoldsTheSetBack(String variable, String value, KernelSet set) {
    assertThat(of(SAPPHIRE, Map.of(variable, value))).isEqualTo(set);
    assertThat(of(ZEN3, Map.of(variable, value)))
        .isEqualTo(set.compareTo(KernelSet.AVX2) < 0 ? set : KernelSet.AVX2);
  }

  @Test
  void autoIsTheBestThatAllDevicesCanDo() {
    JudgeConfig auto = DemoJudge.config(TINY, "max_new_tokens = 8");
    assertThat(EngineConfig.of(auto).precision()).isEqualTo("auto");
    assertThat(resolved(auto, KernelSet.AMX)).isEqualTo("int8");
    assertThat(resolved(auto, KernelSet.AVX512, KernelSet.AMX)).isEqualTo("int8");
    assertThat(resolved(auto, KernelSet.AVX2)).isEqualTo("fp32");
    assertThat(resolved(auto, KernelSet.AVX512, KernelSet.AVX2)).isEqualTo("fp32");
    assertThat(resolved(auto, KernelSet.CUDA)).isEqualTo("fp16");
    assertThat(resolved(auto, KernelSet.CUDA, KernelSet.AVX512)).isEqualTo("bf16");
  }

  @Test
  void aPrecisionThatADeviceCannotDoIsRefusedWithWhatAllCanDo() {
    JudgeConfig int8 = DemoJudge.config(TINY, "precision = int8");
    assertThat(PrecisionChoice.resolve(int8, List.of(KernelSet.AMX))).isEqualTo(int8);
    assertThatThrownBy(() -> resolved(int8, KernelSet.AVX512, KernelSet.AVX2))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("precision is int8")
        .hasMessageContaining("avx2 and avx512, which can do fp32");
    assertThatThrownBy(() -> resolved(int8, KernelSet.CUDA)).hasMessageContaining("fp16, bf16");
    assertThatThrownBy(() -> resolved(DemoJudge.config(TINY, "precision = fp16"), KernelSet.AVX512))
        .hasMessageContaining("int8, bf16, fp32");
  }

  @Test
  void autoIsTheBestThatTheModelCanDoAndOthersAreRefused() {
    List<Precision> wide = List.of(Precision.BF16, Precision.FP32);
    JudgeConfig auto = DemoJudge.config(TINY, "max_new_tokens = 8");
    for (KernelSet set : List.of(KernelSet.AMX, KernelSet.AVX512, KernelSet.CUDA)) {
      assertThat(EngineConfig.of(PrecisionChoice.resolve(auto, wide, List.of(set))).precision())
          .isEqualTo("bf16");
    }
    JudgeConfig int8 = DemoJudge.config(TINY, "precision = int8");
    assertThatThrownBy(() -> PrecisionChoice.resolve(int8, wide, List.of(KernelSet.AMX)))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("precision is int8, which models like")
        .hasMessageContaining("bf16, fp32");
  }

  /** What stores have is found again: these settings in keys are those of version 0.1. */
  @ParameterizedTest
  @CsvSource({"AMX, int8", "AVX512, int8", "AVX2, fp32"})
  void aKeyHasThePrecisionThatAutoStandsForAndNotTheKernels(KernelSet set, String precision) {
    JudgeConfig auto = DemoJudge.config(TINY, "max_new_tokens = 8");
    JudgeConfig resolved = PrecisionChoice.resolve(auto, List.of(set));
    assertThat(resolved.identity())
        .isEqualTo(
            "precision=%s;critique;max_new_tokens=8;expected;length_normalised=false;greedy"
                .formatted(precision));
    String same = "max_new_tokens = 8, precision = " + precision;
    assertThat(JudgeSpec.ofTexts(resolved, "none").fingerprint())
        .isEqualTo(JudgeSpec.ofTexts(DemoJudge.config(TINY, same), "none").fingerprint());
  }

  @Test
  void aNamedSetThatTheProcessorLacksIsRefused() {
    KernelSet has = KernelSet.used("cpu");
    assertThat(KernelSet.forJudge("cpu", has.text())).isEqualTo(has);
    assertThat(KernelSet.forJudge("gpu0", "avx2")).isEqualTo(KernelSet.CUDA);
    for (KernelSet more : List.of(KernelSet.AVX512, KernelSet.AMX)) {
      if (more.compareTo(has) > 0) {
        assertThatThrownBy(() -> KernelSet.forJudge("cpu", more.text()))
            .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
            .hasMessageContaining("kernels is " + more.text())
            .hasMessageContaining("use is " + has.text());
      }
    }
  }

  /** The table of sets against PyTorch itself: what it promises is computed, what not is not. */
  @ParameterizedTest
  @EnumSource(
      value = Precision.class,
      names = {"FP32", "BF16", "INT8"})
  void theProcessorComputesWhatItsSetPromisesAndNoMore(Precision precision) throws IOException {
    try (Checkpoint checkpoint = CheckpointFiles.find(TINY).open()) {
      if (KernelSet.used("cpu").can(precision)) {
        try (Decoder decoder = load(checkpoint, precision)) {
          decoder.arrange(2, 128);
          long[] run = {0, 0, 2, 0};
          decoder
              .step(
                  new long[] {3, 4}, new long[] {0, 1}, 0, run, new long[] {1}, new long[0], false)
              .close();
        }
      } else {
        assertThatThrownBy(() -> load(checkpoint, precision).close())
            .isInstanceOf(RuntimeException.class);
      }
    }
  }

  private static Decoder load(Checkpoint checkpoint, Precision precision) throws IOException {
    ModelTensors tensors = ModelTensors.of(checkpoint, "tiny");
    return Decoder.load(checkpoint, tensors, Device.cpu(), precision, 128, 256, 1);
  }

  @Test
  void theRatesOfEveryPrecisionCanBeMeasured() {
    for (String precision : KernelSet.used("cpu").precisions()) {
      String settings = "max_new_tokens = 8, precision = " + precision;
      try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, settings), "cpu")) {
        assertThat(DoubleStream.of(judge.machineRates()).min().orElse(0))
            .as(precision)
            .isPositive();
      }
    }
  }

  private static String resolved(JudgeConfig judge, KernelSet... sets) {
    return EngineConfig.of(PrecisionChoice.resolve(judge, List.of(sets))).precision();
  }

  private static KernelSet of(String flags, Map<String, String> environment) {
    Set<String> all = new HashSet<>(Arrays.asList(flags.split(" ")));
    return KernelSet.of(all, environment);
  }
}
