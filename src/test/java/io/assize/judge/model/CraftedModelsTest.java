package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.assize.config.UserError;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.prompt.ChatMessage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever a model's files say, opening them ends soon, in a judge's files or in one line, and
 * takes no more memory than the files are large. {@code -Dassize.test.long=true} tries 100,000.
 */
class CraftedModelsTest {
  private static final int COUNT = Boolean.getBoolean("assize.test.long") ? 50_000 : 1_500;
  private static final Path TINY = Path.of("src/test/resources/golden/tiny-llama");
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Bytes for the JVM's own: buffers of fixed size, classes, a tokenizer's tables. */
  private static final long FIXED = 32L << 20;

  private static final int TIMES_ITS_SIZE = 64;

  @TempDir private Path dir;

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void craftedGgufFilesAreReadOrRefusedInOneLine() throws IOException {
    tryAll(CraftedModels.gguf(), dir.resolve("model.gguf"));
  }

  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void craftedDirectoriesAreReadOrRefusedInOneLine() throws IOException {
    tryAll(CraftedModels.directory(TINY), dir);
  }

  private void tryAll(CraftedModels models, Path model) throws IOException {
    for (Map.Entry<String, byte[]> file : models.sound().entrySet()) {
      Files.write(dir.resolve(file.getKey()), file.getValue());
    }
    assertThat(message(model)).isNull();
    int refused = 0;
    for (int i = 0; i < COUNT; i++) {
      Map.Entry<String, byte[]> crafted = models.crafted(i);
      Path file = dir.resolve(crafted.getKey());
      Files.write(file, crafted.getValue());
      long before = THREADS.getCurrentThreadAllocatedBytes();
      String message = null;
      try {
        message = message(model);
      } catch (Throwable e) {
        fail("crafted model %d, %s: %s".formatted(i, crafted.getKey(), e), e);
      }
      long took = THREADS.getCurrentThreadAllocatedBytes() - before;
      refused += message == null ? 0 : 1;
      assertThat(took)
          .as("bytes that crafted model %d, %s of %d bytes, took", i, file, Files.size(file))
          .isLessThan(FIXED + TIMES_ITS_SIZE * Files.size(file));
      assertThat(message == null ? "" : message)
          .as("crafted model %d, %s", i, file)
          .doesNotContainPattern("[\\p{Cntrl}]")
          .hasSizeLessThan(2100);
      Files.write(file, models.sound().get(crafted.getKey()));
    }
    assertThat(refused).isBetween(COUNT / 4, COUNT);
    System.out.printf("%d crafted models of %s: %d refused%n", COUNT, model, refused);
  }

  /** The one line that refuses a model; null where it is sound. */
  private static String message(Path model) {
    try {
      CheckpointFiles.check(
          model,
          8,
          List.of(new ChatMessage("system", "s"), new ChatMessage("user", "Hello wörld")),
          "model",
          PromptTokenizer::new);
      return null;
    } catch (UserError e) {
      assertThat(e.exitCode()).isEqualTo(2);
      return e.getMessage();
    }
  }
}
