package io.assize.judge.djl;

import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.ModelTensors;
import io.assize.judge.model.Precision;
import io.assize.judge.model.Tensor;
import io.assize.judge.model.TensorSpec.Role;
import java.io.IOException;
import java.nio.FloatBuffer;

/** The head of a reward model: one row, whose product with the final state is the score. */
final class ScoreRow {
  private ScoreRow() {}

  /**
   * The row for the states that the graph gives, {@code [hidden]}, in float32 whatever the
   * precision; in int8 these are in the turned basis, without the final norm's weight.
   */
  static float[] of(Checkpoint checkpoint, ModelTensors tensors, Precision precision)
      throws IOException {
    float[] row = numbers(checkpoint, tensors.only(Role.HEAD));
    if (precision != Precision.INT8) {
      return row;
    }
    float[] norm = numbers(checkpoint, tensors.only(Role.FINAL_NORM));
    for (int i = 0; i < row.length; i++) {
      row[i] *= norm[i];
    }
    return TurnedBasis.spread(row);
  }

  private static float[] numbers(Checkpoint checkpoint, Tensor tensor) throws IOException {
    FloatBuffer read = checkpoint.read(tensor, 0, checkpoint.shape(tensor)[0]);
    float[] numbers = new float[read.remaining()];
    read.get(numbers);
    return numbers;
  }
}
