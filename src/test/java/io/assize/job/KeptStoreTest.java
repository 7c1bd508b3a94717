package io.assize.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.config.AssizeConfig;
import io.assize.testing.DemoJudge;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store that an earlier Assize wrote is reused whole: whatever changes, a verdict is paid for
 * once. What is kept is never written anew; where a key has to change on purpose, a new folder
 * comes beside it.
 */
class KeptStoreTest {
  private static final Path KEPT = Path.of("src", "test", "resources", "kept-0.1");

  @TempDir private Path dir;

  @Test
  void theVerdictsOfTheJudgeByLengthAreThere() throws IOException {
    assertReused("length", "judge.kind = length");
  }

  @Test
  void theVerdictsOfAModelAreThere() throws IOException {
    assertReused(
        "smol",
        """
        protocol = pairwise-brief
        judge { kind = djl, name = smol, model = "%s", precision = fp32, decision = forced }
        judge { max_new_tokens = 64, context_length = 2048 }
        """
            .formatted(DemoJudge.path()));
  }

  private void assertReused(String judge, String settings) throws IOException {
    copy(KEPT.resolve("store"), dir.resolve("store"));
    AssizeConfig config =
        AssizeConfig.parse(
            "assize { store.format = parquet\n" + settings + " }",
            Map.of(
                "assize.corpus.path", "\"" + KEPT.resolve("corpus.jsonl") + "\"",
                "assize.output.dir", "\"" + dir.resolve("out") + "\"",
                "assize.store.path", "\"" + dir.resolve("store") + "\""));
    RunResult result = new EvaluationJob(LocalSpark.session(), config, line -> {}).run();
    assertThat(result.requests()).isEqualTo(6);
    assertThat(result.reused()).isEqualTo(6);
    assertThat(result.judged()).isZero();
    assertThat(dir.resolve("out").resolve("current_verdicts.csv"))
        .hasSameTextualContentAs(KEPT.resolve(judge + ".csv"));
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Path target = to.resolve(from.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    }
  }
}
