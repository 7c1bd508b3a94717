package io.assize.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class InFlightTest {
  private static final Completion DONE = new Completion("text", null, 1, 1, Completion.STOP);

  @Test
  void atMostAWindowOfRowsIsOnItsWay() {
    Map<Integer, CompletableFuture<Completion>> sent = new ConcurrentHashMap<>();
    InFlight<Integer> inFlight =
        new InFlight<>(
            IntStream.range(0, 10).iterator(),
            row -> sent.computeIfAbsent(row, r -> new CompletableFuture<>()),
            4);
    List<Integer> answered = new ArrayList<>();
    CompletableFuture.runAsync(
        () -> {
          // Answer the newest first, as they come.
          for (int row : new int[] {3, 4, 2, 1, 0, 5, 6, 7, 8, 9}) {
            while (!sent.containsKey(row)) {
              Thread.onSpinWait();
            }
            sent.get(row).complete(DONE);
          }
        });
    while (inFlight.hasNext()) {
      long open = sent.values().stream().filter(future -> !future.isDone()).count();
      assertThat(open).isLessThanOrEqualTo(4);
      answered.add(inFlight.next().row());
    }
    assertThat(answered).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void aRowThatFailsIsAnsweredWithItsReason() {
    InFlight<String> inFlight =
        new InFlight<>(
            List.of("later", "at once", "by a bug", "well").iterator(),
            row ->
                switch (row) {
                  case "later" ->
                      CompletableFuture.failedFuture(
                          new JudgeException(JudgeException.Reason.TOO_LONG, "too long"));
                  case "at once" ->
                      throw new JudgeException(JudgeException.Reason.ENGINE_ERROR, "no device");
                  case "by a bug" -> throw new IllegalStateException("a bug");
                  default -> CompletableFuture.completedFuture(DONE);
                },
            2);
    Map<String, JudgeException> failures = new HashMap<>();
    inFlight.forEachRemaining(answered -> failures.put(answered.row(), answered.failure()));
    assertThat(failures.get("later").reason()).isEqualTo(JudgeException.Reason.TOO_LONG);
    assertThat(failures.get("at once")).hasMessage("no device");
    assertThat(failures.get("by a bug")).hasMessageContaining("a bug");
    assertThat(failures.get("well")).isNull();
  }

  @Test
  void errorsEndARowAsExceptionsDo() {
    InFlight<String> inFlight =
        new InFlight<>(
            List.of("deep", "full", "gone", "nothing", "nameless").iterator(),
            row ->
                switch (row) {
                  case "deep" -> throw new StackOverflowError("too deep");
                  case "full" -> CompletableFuture.failedFuture(new OutOfMemoryError("no heap"));
                  case "gone" ->
                      CompletableFuture.supplyAsync(
                          () -> {
                            throw new NoClassDefFoundError("a/Class");
                          });
                  case "nothing" -> null;
                  default -> CompletableFuture.failedFuture(new IllegalStateException());
                },
            2);
    Map<String, JudgeException> failures = new HashMap<>();
    inFlight.forEachRemaining(answered -> failures.put(answered.row(), answered.failure()));
    assertThat(failures.get("deep")).hasMessageContaining("too deep");
    assertThat(failures.get("full")).hasMessageContaining("no heap");
    assertThat(failures.get("gone")).hasMessageContaining("a/Class");
    assertThat(failures.get("nothing")).hasMessageContaining("gave no future");
    assertThat(failures.get("nameless")).hasMessageContaining("IllegalStateException");
  }

  @Test
  void closingCancelsWhatIsOnItsWay() {
    List<CompletableFuture<Completion>> sent = new ArrayList<>();
    InFlight<Integer> inFlight =
        new InFlight<>(
            IntStream.range(0, 10).iterator(),
            row -> {
              CompletableFuture<Completion> future =
                  row == 0 ? CompletableFuture.completedFuture(DONE) : new CompletableFuture<>();
              sent.add(future);
              return future;
            },
            3);
    inFlight.next();
    inFlight.close();
    assertThat(sent).hasSize(3).filteredOn(CompletableFuture::isCancelled).hasSize(2);
  }
}
