package io.assize.judge.generate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Which scores are computed, and how often. */
class KeptScoresTest {
  private final List<CompletableFuture<Double>> computed = new ArrayList<>();

  private final KeptScores scores =
      new KeptScores(
          chat -> {
            computed.add(new CompletableFuture<>());
            return computed.get(computed.size() - 1);
          });

  @Test
  void aChatIsComputedOnceForAllWhoAsk() {
    CompletableFuture<Double> one = scores.of(new long[] {1, 2});
    CompletableFuture<Double> other = scores.of(new long[] {1, 2});
    CompletableFuture<Double> another = scores.of(new long[] {2, 1});
    computed.get(0).complete(3.5);
    computed.get(1).complete(-1.0);
    assertThat(one).isCompletedWithValue(3.5);
    assertThat(other).isCompletedWithValue(3.5);
    assertThat(another).isCompletedWithValue(-1.0);
    assertThat(scores.of(new long[] {1, 2})).isCompletedWithValue(3.5);
    assertThat(computed).hasSize(2);
  }

  @Test
  void whatFailedIsComputedAnew() {
    CompletableFuture<Double> failed = scores.of(new long[] {1});
    computed.get(0).completeExceptionally(new IllegalStateException("lost"));
    assertThat(failed).isCompletedExceptionally();
    CompletableFuture<Double> again = scores.of(new long[] {1});
    computed.get(1).complete(2.0);
    assertThat(again).isCompletedWithValue(2.0);
  }

  @Test
  void aComputationStopsWhenNobodyWaitsAnyMore() {
    CompletableFuture<Double> one = scores.of(new long[] {1});
    CompletableFuture<Double> other = scores.of(new long[] {1});
    one.cancel(false);
    assertThat(computed.get(0)).isNotDone();
    other.cancel(false);
    assertThat(computed.get(0)).isCancelled();
    CompletableFuture<Double> later = scores.of(new long[] {1});
    computed.get(1).complete(4.0);
    assertThat(later).isCompletedWithValue(4.0);
  }

  @Test
  void onlyTheLastAreKept() {
    for (long chat = 0; chat <= KeptScores.MOST; chat++) {
      scores.of(new long[] {chat});
    }
    scores.of(new long[] {KeptScores.MOST});
    assertThat(computed).hasSize(KeptScores.MOST + 1);
    scores.of(new long[] {0});
    assertThat(computed).hasSize(KeptScores.MOST + 2);
  }
}
