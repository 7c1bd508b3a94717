package io.assize.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.config.AssizeConfig;
import io.assize.config.JudgeConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class JudgeRegistryTest {
  private final AtomicInteger closed = new AtomicInteger();
  private final JudgeRegistry registry = new JudgeRegistry((spec, device) -> new Idle(closed));

  @Test
  void allTasksOfADeviceShareOneJudge() {
    List<Judge> judges = Collections.synchronizedList(new ArrayList<>());
    List<CompletableFuture<Void>> tasks = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      tasks.add(
          CompletableFuture.runAsync(
              () -> {
                try (JudgeRegistry.Lease lease = registry.acquire(spec("one", 60), "cpu")) {
                  judges.add(lease.judge());
                }
              }));
    }
    tasks.forEach(CompletableFuture::join);
    assertThat(judges).hasSize(40);
    assertThat(Collections.unmodifiableSet(new java.util.HashSet<>(judges))).hasSize(1);
    assertThat(registry.loads()).isEqualTo(1);
  }

  @Test
  void anotherFingerprintOrDeviceHasAJudgeOfItsOwn() {
    try (JudgeRegistry.Lease a = registry.acquire(spec("one", 60), "gpu0");
        JudgeRegistry.Lease b = registry.acquire(spec("one", 60), "gpu1");
        JudgeRegistry.Lease c = registry.acquire(spec("two", 60), "gpu0")) {
      assertThat(a.judge()).isNotSameAs(b.judge()).isNotSameAs(c.judge());
      assertThat(registry.loads()).isEqualTo(3);
    }
  }

  @Test
  void aJudgeThatNobodyHoldsIsClosedAfterItsIdleTimeAndNotBefore() throws InterruptedException {
    JudgeRegistry.Lease held = registry.acquire(spec("one", 1), "cpu");
    JudgeRegistry.Lease brief = registry.acquire(spec("one", 1), "cpu");
    brief.close();
    brief.close();
    Thread.sleep(1500);
    assertThat(closed).hasValue(0);
    held.close();
    for (int i = 0; i < 100 && closed.get() == 0; i++) {
      Thread.sleep(100);
    }
    assertThat(closed).hasValue(1);
    registry.acquire(spec("one", 1), "cpu").close();
    assertThat(registry.loads()).isEqualTo(2);
  }

  private static JudgeSpec spec(String fingerprint, int idleSeconds) {
    JudgeConfig config =
        AssizeConfig.parse(
                "assize { corpus.path = x, output.dir = y, judge { kind = length,"
                    + " idle_unload_seconds = "
                    + idleSeconds
                    + " } }",
                Map.of())
            .judge();
    return new JudgeSpec(config, "length", fingerprint);
  }

  /** A judge that does nothing: what is tested is who holds it. */
  private record Idle(AtomicInteger closed) implements Judge {
    @Override
    public CompletableFuture<Completion> submit(Prompt prompt) {
      return new CompletableFuture<>();
    }

    @Override
    public WorkDone workDone() {
      return WorkDone.NONE;
    }

    @Override
    public boolean equals(Object other) {
      return this == other;
    }

    @Override
    public int hashCode() {
      return System.identityHashCode(this);
    }

    @Override
    public void close() {
      closed.incrementAndGet();
    }
  }
}
