package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.CheckpointFiles;
import io.assize.judge.model.ModelTensors;
import io.assize.judge.model.Precision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * A checkpoint in half precision as torch.save wrote it, in shards and without a chat template,
 * writes what transformers writes with it (scripts/golden/make_checkpoints.py).
 */
@HeldKernels
class TorchCheckpointTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/checkpoints");

  @Test
  void itWritesWhatTransformersWrites() throws IOException {
    JsonNode golden = new ObjectMapper().readTree(GOLDEN.resolve("logits.json").toFile());
    long[] tokens = longs(golden.get("tokens"));
    try (Checkpoint checkpoint = CheckpointFiles.find(GOLDEN.resolve("torch")).open();
        Decoder decoder =
            Decoder.load(
                checkpoint,
                ModelTensors.of(checkpoint, "golden"),
                Device.cpu(),
                Precision.FP32,
                64,
                64,
                0)) {
      decoder.arrange(1, 64);
      float[] first = last(decoder, tokens);
      for (int i = 0; i < first.length; i++) {
        assertThat(first[i]).isCloseTo((float) golden.at("/last/" + i).asDouble(), within(1e-3f));
      }
      for (long wanted : longs(golden.get("greedy"))) {
        float[] logits = last(decoder, tokens);
        int best = 0;
        for (int i = 1; i < logits.length; i++) {
          best = logits[i] > logits[best] ? i : best;
        }
        assertThat(best).isEqualTo(wanted);
        tokens = Arrays.copyOf(tokens, tokens.length + 1);
        tokens[tokens.length - 1] = wanted;
      }
    }
  }

  private static float[] last(Decoder decoder, long[] tokens) {
    try (Decoder.Logits logits =
        decoder.step(
            tokens,
            LongStream.range(0, tokens.length).toArray(),
            0,
            new long[] {0, 0, tokens.length, 0},
            new long[] {tokens.length - 1},
            new long[0],
            false)) {
      return logits.row(0);
    }
  }

  private static long[] longs(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false).mapToLong(JsonNode::asLong).toArray();
  }
}
