package io.assize.testing;

import io.assize.config.AssizeConfig;
import io.assize.config.JudgeConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** The demo's judge, fetched as a user's machine fetches it: real weights. */
public final class DemoJudge {
  private static Path path;

  private DemoJudge() {}

  /** The GGUF file; fetched once a machine. */
  public static synchronized Path path() {
    if (path == null) {
      try {
        Process fetch =
            new ProcessBuilder("scripts/fetch-demo-judge")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String out = new String(fetch.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (fetch.waitFor() != 0) {
          throw new IllegalStateException("scripts/fetch-demo-judge failed");
        }
        path = Path.of(out.strip());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      }
    }
    return path;
  }

  /** A configuration of the DJL judge over a model, in float32. */
  public static JudgeConfig config(Path model, int slots, int maxNewTokens) {
    return config(
        model,
        "precision = fp32, slots = %d, max_new_tokens = %d, context_length = 2048"
            .formatted(slots, maxNewTokens));
  }

  /** A configuration of the DJL judge over a model, with settings of {@code assize.judge}. */
  public static JudgeConfig config(Path model, String settings) {
    return AssizeConfig.parse(
            "assize { corpus.path = none, output.dir = none, judge { kind = djl, %s } }"
                .formatted(settings),
            Map.of("assize.judge.model", "\"" + model + "\""))
        .judge();
  }
}
