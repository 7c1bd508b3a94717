package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Weights of a mixture whose experts lie in one tensor, as gpt-oss has them, by the names of a
 * tensor for each expert: {@code experts.gate_up_proj} {@code [experts, in, 2 · inner]}, a gate and
 * what it lets through in turn, {@code experts.down_proj} {@code [experts, inner, out]}, and their
 * biases {@code [experts, …]}. What was packed in blocks has its last two dimensions the other way
 * round. All other tensors are as they lie there.
 */
final class StackedExperts implements Weights {
  private static final Pattern NAME =
      Pattern.compile("(.*\\.experts)\\.(\\d{1,9})\\.(gate|up|down)_proj\\.(weight|bias)");

  private final Weights files;
  private final int experts;

  /**
   * Weights of so many experts.
   *
   * @param files what the whole tensors are read from
   */
  StackedExperts(Weights files, int experts) {
    this.files = files;
    this.experts = experts;
  }

  /**
   * Where an expert's tensor lies.
   *
   * @param stack the whole tensor
   * @param expert its place there
   * @param first the first of its outputs
   * @param step from one of its outputs to the next
   * @param bias whether it has one dimension
   * @param turned whether the whole one has inputs before outputs
   */
  private record Part(
      String stack, int expert, int first, int step, boolean bias, boolean turned) {}

  @Override
  public long[] shape(String name) {
    Part part = part(name);
    if (part == null) {
      return files.shape(name);
    }
    long[] whole = files.shape(part.stack);
    if (whole == null) {
      return null;
    }
    if (whole.length != (part.bias ? 2 : 3) || whole[0] != experts) {
      throw UserError.configuration(
          "tensor %s has shape %s, which is not that of %d experts: fetch the whole checkpoint, its"
              + " config.json and its weights of one model",
          part.stack, Arrays.toString(whole), experts);
    }
    if (part.bias) {
      return new long[] {whole[1] / part.step};
    }
    long outputs = whole[part.turned ? 2 : 1] / part.step;
    return new long[] {outputs, whole[part.turned ? 1 : 2]};
  }

  @Override
  public NumberType type(String name) {
    Part part = part(name);
    return files.type(part == null ? name : part.stack);
  }

  @Override
  public FloatBuffer read(String name, long from, long rows) throws IOException {
    Part part = part(name);
    if (part == null) {
      return files.read(name, from, rows);
    }
    FloatBuffer whole = files.read(part.stack, part.expert, 1);
    long[] shape = shape(name);
    int columns = part.bias ? 1 : Math.toIntExact(shape[1]);
    int outputs = Math.toIntExact(shape[0] * part.step);
    FloatBuffer into = Floats.direct(rows * columns);
    for (long row = from; row < from + rows; row++) {
      int output = Math.toIntExact(part.first + row * part.step);
      if (part.turned) {
        for (int column = 0; column < columns; column++) {
          into.put(whole.get(column * outputs + output));
        }
      } else {
        into.put(whole.slice(output * columns, columns));
      }
    }
    return into.flip();
  }

  @Override
  public int[] integers(String name) throws IOException {
    return files.integers(name);
  }

  /** Null for a tensor of no expert. */
  private Part part(String name) {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches()) {
      return null;
    }
    boolean down = matcher.group(3).equals("down");
    boolean bias = matcher.group(4).equals("bias");
    String stack = matcher.group(1) + (down ? ".down_proj" : ".gate_up_proj");
    return new Part(
        bias ? stack + "_bias" : stack,
        Integer.parseInt(matcher.group(2)),
        matcher.group(3).equals("up") ? 1 : 0,
        down ? 1 : 2,
        bias,
        !bias && !files.has(stack + BlockPacking.BLOCKS));
  }
}
