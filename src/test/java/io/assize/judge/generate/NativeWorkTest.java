package io.assize.judge.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.testing.Programs;
import io.assize.testing.Programs.Running;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeWorkTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private Path dir;

  @Test
  void aProcessThatEndsLetsTheWorkUnderWayEndAndBeginsNoMore() {
    Running program =
        Programs.start(
            dir,
            Map.of(),
            List.of(
                Path.of(System.getProperty("java.home"), "bin/java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName()));
    Programs.await(program, "began 3", LIMIT);
    program.process().destroy();
    Programs.Ended ended = Programs.end(program, LIMIT);
    List<String> lines = ended.out().lines().toList();
    assertThat(ended.code()).isEqualTo(143);
    assertThat(lines.get(lines.size() - 1)).startsWith("ended ");
  }

  /** Works again and again, as an engine's thread does. */
  static final class Worker {
    private Worker() {}

    public static void main(String[] arguments) throws InterruptedException {
      for (int i = 0; true; i++) {
        try (NativeWork work = NativeWork.begin()) {
          System.out.println("began " + i);
          Thread.sleep(500);
          System.out.println("ended " + i);
        }
      }
    }
  }
}
