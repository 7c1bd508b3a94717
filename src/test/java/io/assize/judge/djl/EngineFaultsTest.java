package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.judge.generate.Engine;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.testing.DemoJudge;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever throws wherever: each row ends, with its reason, and a judge that died says so. */
class EngineFaultsTest {
  private static final Path TINY = Path.of("src/test/resources/golden/tiny-llama");
  private static final String SETTINGS =
      "precision = fp32, slots = 3, max_new_tokens = 6, context_length = 512";

  /** Many rows' worth of faults: all that is asked from here on fails. */
  private static final int ALWAYS = 1_000_000;

  @ParameterizedTest
  @CsvSource({
    "rearrange, exception",
    "rearrange, overflow",
    "step, exception",
    "step, overflow",
    "step, memory",
    "sample, exception",
    "sample, memory",
    "score, exception",
    "score, overflow",
    "headRows, memory",
  })
  void whereEverythingFailsEachRowEndsWithItsReason(String seam, String kind) {
    Faults faults = new Faults(seam, kind, ALWAYS);
    DjlJudge judge = open(SETTINGS, faults);
    try {
      List<CompletableFuture<Completion>> rows = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        rows.add(judge.submit(asked("row " + i)));
      }
      for (CompletableFuture<Completion> row : rows) {
        assertThat(failure(row)).hasMessageContaining(seam + " went wrong");
      }
      assertThat(failure(judge.submit(asked("late")))).hasMessageContaining("engine failed");
      // What is wrong with rows' answers leaves the judge alive; what is wrong with the device
      // kills
      // it, and a dead judge has given its memory back.
      if (!seam.equals("sample") && !seam.equals("score")) {
        assertThat(judge.alive()).isFalse();
        faults.awaitClosed();
      }
    } finally {
      judge.close();
    }
    assertThat(faults.closed).hasValue(1);
  }

  @ParameterizedTest
  @CsvSource({"step, exception", "step, memory", "sample, overflow", "score, exception"})
  void oneFaultCostsAtMostARow(String seam, String kind) {
    try (DjlJudge judge = open(SETTINGS, new Faults(seam, kind, 1))) {
      List<CompletableFuture<Completion>> rows = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        rows.add(judge.submit(asked("row " + i)));
      }
      long answered = rows.stream().filter(row -> failure(row) == null).count();
      assertThat(answered).isGreaterThanOrEqualTo(8);
      assertThat(judge.alive()).isTrue();
    }
  }

  @Test
  void aBeginningThatCannotBeCopiedEndsAllRows() {
    DjlJudge judge = open(SETTINGS, new Faults("copy", "exception", ALWAYS));
    try {
      List<CompletableFuture<Completion>> rows = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        rows.add(judge.submit(asked("the same long beginning of all of these rows, then " + i)));
      }
      rows.forEach(EngineFaultsTest::failure);
      assertThat(rows).allMatch(CompletableFuture::isDone);
    } finally {
      judge.close();
    }
  }

  @Test
  void aDecoderThatCannotBeClosedHoldsNobodyUp() {
    DjlJudge judge = open(SETTINGS, new Faults("close", "exception", ALWAYS));
    CompletableFuture<Completion> row = judge.submit(asked("row"));
    judge.close();
    assertThat(row).isDone();
    assertThat(judge.alive()).isFalse();
  }

  @Test
  void whatOthersDoWithAnAnswerDoesNotHoldTheEngineUp() throws Exception {
    CountDownLatch release = new CountDownLatch(1);
    try (DjlJudge judge = open(SETTINGS, new Faults("none", "exception", 0))) {
      CompletableFuture<Completion> slow = judge.submit(asked("slow"));
      CompletableFuture<Void> held = slow.thenAccept(completion -> await(release));
      CompletableFuture<Completion> thrown = judge.submit(asked("thrown"));
      CompletableFuture<Void> failing =
          thrown.thenAccept(
              completion -> {
                throw new StackOverflowError("of whoever waits");
              });
      for (int i = 0; i < 8; i++) {
        assertThat(failure(judge.submit(asked("row " + i)))).isNull();
      }
      assertThat(failure(failing)).isInstanceOf(StackOverflowError.class);
      release.countDown();
      held.get(60, TimeUnit.SECONDS);
    }
  }

  @Test
  void ratesThatCannotBeMeasuredFail() {
    try (DjlJudge judge = open(SETTINGS, new Faults("none", "exception", 0))) {
      DoubleSupplier broken =
          () -> {
            throw new StackOverflowError("rates went wrong");
          };
      assertThatThrownBy(() -> judge.measured(broken, broken))
          .hasMessageContaining("rates went wrong");
      assertThat(failure(judge.submit(asked("row")))).isNull();
    }
  }

  @Test
  void whatIsWrongBesideTheWeightsIsFoundBeforeTheyAreLoaded(@TempDir Path dir) throws IOException {
    Path model = copy(dir);
    Files.writeString(model.resolve("tokenizer.json"), "{\"model\": {}}");
    Faults faults = new Faults("none", "exception", 0);
    assertThatThrownBy(
            () -> DjlJudge.open(DemoJudge.config(model, SETTINGS), Map.of(), "cpu", faults::around))
        .isInstanceOf(UserError.class);
    assertThat(faults.opened).hasValue(0);
  }

  /** Its neighbours, and those that come into its slot, have the texts that they have without. */
  @ParameterizedTest
  @CsvSource({"critique, 0", "critique, 0.7", "forced, 0"})
  void aRowWhoseNumbersAreNotFiniteFailsAlone(
      String decision, double temperature, @TempDir Path dir) throws IOException {
    String settings =
        SETTINGS + ", temperature = %s, decision = %s".formatted(temperature, decision);
    Path damaged = copy(dir);
    int nan = 300;
    spoilEmbedding(damaged, nan);
    List<Completion> sound;
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, settings), "cpu")) {
      sound = goodRows(judge).stream().map(CompletableFuture::join).toList();
    }
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(damaged, settings), "cpu")) {
      long[] spoilt = new long[100];
      for (int i = 0; i < spoilt.length; i++) {
        spoilt[i] = i == 90 ? nan : 5 + i % 40;
      }
      List<CompletableFuture<Completion>> bad = new ArrayList<>();
      List<CompletableFuture<Completion>> good = new ArrayList<>();
      for (int round = 0; round < 2; round++) {
        for (int i = 0; i < 3; i++) {
          bad.add(judge.submit(spoilt, DecisionRule.FINAL_DECISION).future());
        }
        good.addAll(goodRows(judge));
      }
      for (CompletableFuture<Completion> row : bad) {
        assertThat(failure(row))
            .isInstanceOfSatisfying(
                JudgeException.class,
                e -> assertThat(e.reason()).isEqualTo(JudgeException.Reason.ENGINE_ERROR))
            .hasMessageContaining("logits are not finite");
      }
      for (int i = 0; i < good.size(); i++) {
        assertThat(failure(good.get(i))).isNull();
        Completion found = good.get(i).join();
        Completion expected = sound.get(i % sound.size());
        assertThat(found.text()).isEqualTo(expected.text());
        assertThat(found.ruling().choice()).isEqualTo(expected.ruling().choice());
      }
      assertThat(judge.alive()).isTrue();
    }
  }

  private static List<CompletableFuture<Completion>> goodRows(DjlJudge judge) {
    List<CompletableFuture<Completion>> rows = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      long[] tokens = {5, 6, 7, 8L + i, 40};
      rows.add(judge.submit(tokens, DecisionRule.FINAL_DECISION).future());
    }
    return rows;
  }

  /** Makes the first number of a token's row of the embedding a NaN, in bfloat16. */
  private static void spoilEmbedding(Path model, int token) throws IOException {
    try (Stream<Path> files = Files.list(model)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).toList()) {
        try (RandomAccessFile shard = new RandomAccessFile(file.toFile(), "rw")) {
          byte[] header = new byte[(int) Long.reverseBytes(shard.readLong())];
          shard.readFully(header);
          JsonNode tensor =
              new ObjectMapper()
                  .readTree(new String(header, StandardCharsets.UTF_8))
                  .path("model.embed_tokens.weight");
          if (!tensor.isMissingNode()) {
            assertThat(tensor.path("dtype").asText()).isEqualTo("BF16");
            long width = tensor.path("shape").path(1).asLong();
            long begin = tensor.path("data_offsets").path(0).asLong();
            shard.seek(8 + header.length + begin + 2 * width * token);
            shard.write(new byte[] {(byte) 0xc0, 0x7f});
          }
        }
      }
    }
  }

  private static Path copy(Path dir) throws IOException {
    Path model = Files.createDirectory(dir.resolve("model"));
    try (Stream<Path> files = Files.list(TINY)) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    return model;
  }

  private static DjlJudge open(String settings, Faults faults) {
    JudgeConfig config = DemoJudge.config(TINY, settings);
    return DjlJudge.open(config, Map.of(), "cpu", faults::around);
  }

  private static Prompt asked(String text) {
    return new Prompt(
        text,
        List.of(new ChatMessage("user", text)),
        "model",
        DecisionRule.FINAL_DECISION,
        List.of(),
        null);
  }

  /** Why a row has no answer, null where it has one; a row that does not end fails the test. */
  private static Throwable failure(CompletableFuture<?> row) {
    try {
      row.get(120, TimeUnit.SECONDS);
      return null;
    } catch (ExecutionException e) {
      return e.getCause();
    } catch (InterruptedException | TimeoutException e) {
      throw new AssertionError("a row did not end", e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(120, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** Throws at one seam of a decoder, so often. */
  private static final class Faults {
    final AtomicInteger opened = new AtomicInteger();
    final AtomicInteger closed = new AtomicInteger();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final String seam;
    private final Supplier<Throwable> kind;
    private final AtomicInteger left;

    Faults(String seam, String kind, int times) {
      this.seam = seam;
      this.kind =
          switch (kind) {
            case "overflow" -> () -> new StackOverflowError(seam + " went wrong");
            case "memory" -> () -> new OutOfMemoryError(seam + " went wrong");
            default -> () -> new IllegalStateException(seam + " went wrong");
          };
      this.left = new AtomicInteger(times);
    }

    Engine around(Engine decoder) {
      opened.incrementAndGet();
      return new Faulty(decoder, this);
    }

    void awaitClosed() {
      await(closing);
    }

    void at(String here) {
      if (here.equals(seam) && left.getAndDecrement() > 0) {
        Throwable fault = kind.get();
        if (fault instanceof Error error) {
          throw error;
        }
        throw (RuntimeException) fault;
      }
    }
  }

  /** A real decoder with faults. */
  private record Faulty(Engine real, Faults faults) implements Engine {
    @Override
    public void rearrange(int slots, int length, long[] kept, long[] counts) {
      faults.at("rearrange");
      real.rearrange(slots, length, kept, counts);
    }

    @Override
    public void copy(int source, int target, int count) {
      faults.at("copy");
      real.copy(source, target, count);
    }

    @Override
    public Logits step(
        long[] tokens,
        long[] positions,
        int decode,
        long[] runs,
        long[] asked,
        long[] fine,
        boolean exact) {
      faults.at("step");
      return new FaultyLogits(
          real.step(tokens, positions, decode, runs, asked, fine, exact), faults);
    }

    @Override
    public Map<Long, float[]> headRows(Collection<Long> tokens) {
      faults.at("headRows");
      return real.headRows(tokens);
    }

    @Override
    public void close() {
      real.close();
      faults.closed.incrementAndGet();
      faults.closing.countDown();
      faults.at("close");
    }
  }

  /** What a step gave, with faults. */
  private record FaultyLogits(Engine.Logits real, Faults faults) implements Engine.Logits {
    @Override
    public long best(int i) {
      faults.at("sample");
      return real.best(i);
    }

    @Override
    public float bestLogit(int i) {
      return real.bestLogit(i);
    }

    @Override
    public float[] row(int i) {
      return real.row(i);
    }

    @Override
    public float[] state(int i) {
      faults.at("score");
      return real.state(i);
    }

    @Override
    public void close() {
      real.close();
    }
  }
}
