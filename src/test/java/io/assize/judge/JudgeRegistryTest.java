package io.assize.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.JudgeConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

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

  @Test
  @Timeout(60)
  void judgesOfDifferentDevicesOpenSideBySide() {
    CountDownLatch both = new CountDownLatch(2);
    JudgeRegistry some =
        new JudgeRegistry(
            (spec, device) -> {
              both.countDown();
              await(both);
              return new Idle(closed);
            });
    CompletableFuture<Void> other =
        CompletableFuture.runAsync(() -> some.acquire(spec("one", 60), "gpu1").close());
    some.acquire(spec("one", 60), "gpu0").close();
    other.join();
    assertThat(some.loads()).isEqualTo(2);
  }

  @Test
  @Timeout(60)
  void aFailedOpeningIsToldToAllWhoWaitAndTriedAnewForTheNext() throws InterruptedException {
    AtomicInteger openings = new AtomicInteger();
    CountDownLatch fail = new CountDownLatch(1);
    JudgeRegistry some =
        new JudgeRegistry(
            (spec, device) -> {
              if (openings.getAndIncrement() > 0) {
                return new Idle(closed);
              }
              await(fail);
              throw new NoClassDefFoundError("no engine");
            });
    List<CompletableFuture<Void>> tasks = new ArrayList<>();
    CountDownLatch asked = new CountDownLatch(4);
    for (int i = 0; i < 4; i++) {
      tasks.add(
          CompletableFuture.runAsync(
              () -> {
                asked.countDown();
                some.acquire(spec("one", 60), "cpu");
              },
              work -> new Thread(work).start()));
    }
    asked.await();
    fail.countDown();
    // The latest of them may ask when the first opening has failed, and have the second.
    assertThat(tasks.stream().filter(task -> failsWith(task, "no engine"))).isNotEmpty();
    try (JudgeRegistry.Lease lease = some.acquire(spec("one", 60), "cpu")) {
      assertThat(lease.judge().alive()).isTrue();
    }
    assertThat(openings).hasValue(2);
  }

  @Test
  void aTaskThatIsInterruptedWhileItWaitsLeavesTheOpeningToTheOthers() throws Exception {
    CountDownLatch go = new CountDownLatch(1);
    JudgeRegistry some =
        new JudgeRegistry(
            (spec, device) -> {
              await(go);
              return new Idle(closed);
            });
    CompletableFuture<Void> ended = new CompletableFuture<>();
    Thread killed =
        new Thread(
            () -> {
              try {
                some.acquire(spec("one", 60), "cpu");
              } catch (Throwable e) {
                ended.completeExceptionally(e);
              }
            });
    killed.start();
    killed.interrupt();
    assertThatThrownBy(() -> ended.get(60, TimeUnit.SECONDS))
        .isInstanceOf(CancellationException.class);
    go.countDown();
    try (JudgeRegistry.Lease lease = some.acquire(spec("one", 60), "cpu")) {
      assertThat(lease.loads()).isEqualTo(1);
    }
  }

  @Test
  void aJudgeThatDiedIsClosedAndOpenedAnewForTheNextWhoAsks() {
    List<Mortal> opened = new ArrayList<>();
    JudgeRegistry some = mortals(opened);
    JudgeRegistry.Lease first = some.acquire(spec("one", 60), "cpu");
    opened.get(0).dead = true;
    try (JudgeRegistry.Lease second = some.acquire(spec("one", 60), "cpu")) {
      assertThat(second.judge()).isSameAs(opened.get(1)).isNotSameAs(first.judge());
      assertThat(opened.get(0).closed).isTrue();
      assertThat(opened.get(1).closed).isFalse();
      assertThat(second.loads()).isEqualTo(2);
      assertThat(second.workDone().decodeTokens()).isEqualTo(14);
      first.close();
    }
  }

  @Test
  void aTaskWhoseJudgeDiesGoesOnWithOneOpenedAnewButNotForEver() {
    List<Mortal> opened = new ArrayList<>();
    JudgeRegistry some = mortals(opened);
    try (LastingJudge judge = new LastingJudge(() -> some.acquire(spec("one", 60), "cpu"))) {
      Prompt prompt = Prompt.ofText("row", "text", "none");
      for (int i = 0; i <= LastingJudge.RENEWALS; i++) {
        assertThat(judge.submit(prompt).join().text()).isEqualTo("judge " + i);
        assertThat(judge.alive()).isTrue();
        opened.get(i).dead = true;
      }
      assertThat(judge.alive()).isFalse();
      assertThatThrownBy(judge.submit(prompt)::join).hasMessageContaining("it died");
      assertThat(opened).hasSize(LastingJudge.RENEWALS + 1);
    }
  }

  private static JudgeRegistry mortals(List<Mortal> opened) {
    return new JudgeRegistry(
        (spec, device) -> {
          opened.add(new Mortal("judge " + opened.size()));
          return opened.get(opened.size() - 1);
        });
  }

  private static boolean failsWith(CompletableFuture<Void> task, String message) {
    try {
      task.join();
      return false;
    } catch (CompletionException e) {
      assertThat(e).cause().hasMessageContaining(message);
      return true;
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
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

  /** A judge that can die; it has written seven tokens. */
  private static final class Mortal implements Judge {
    private final String name;
    private volatile boolean dead;
    private volatile boolean closed;

    Mortal(String name) {
      this.name = name;
    }

    @Override
    public CompletableFuture<Completion> submit(Prompt prompt) {
      return dead
          ? CompletableFuture.failedFuture(
              new JudgeException(JudgeException.Reason.ENGINE_ERROR, "it died"))
          : CompletableFuture.completedFuture(new Completion(name, null, 1, 1, Completion.STOP));
    }

    @Override
    public WorkDone workDone() {
      return new WorkDone(0, 0, 7, 0, 0);
    }

    @Override
    public boolean alive() {
      return !dead;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
