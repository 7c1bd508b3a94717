package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Weights with a LoRA adapter merged in as they are read: {@code W + s·B·A}, in float32; modules
 * that were trained whole replace those of the base. Each tensor of the adapter has its place, or
 * the adapter is refused.
 */
final class AdaptedWeights implements Weights {
  private static final String PREFIX = "base_model.model.";
  private static final String WEIGHT = ".weight";

  private final Weights base;
  private final WeightFiles adapter;
  private final AdapterConfig config;
  private final Map<String, Change> changes = new HashMap<>();
  private final Map<String, String> replaced = new HashMap<>();

  /**
   * A change of rank r by the names of its factors.
   *
   * @param down {@code [r, columns]}
   * @param up {@code [rows, r]}
   * @param turned both are turned, and multiplied the other way: those of an embedding
   */
  private record Change(String down, String up, boolean turned) {}

  AdaptedWeights(Weights base, WeightFiles adapter, AdapterConfig config) {
    this.base = base;
    this.adapter = adapter;
    this.config = config;
    for (String name : adapter.names()) {
      place(name);
    }
    changes.forEach(this::check);
    replaced.forEach(this::checkReplaced);
  }

  @Override
  public long[] shape(String name) {
    String whole = replaced.get(name);
    return whole == null ? base.shape(name) : adapter.shape(whole);
  }

  @Override
  public NumberType type(String name) {
    String whole = replaced.get(name);
    return whole == null ? base.type(name) : adapter.type(whole);
  }

  @Override
  public FloatBuffer read(String name, long from, long rows) throws IOException {
    String whole = replaced.get(name);
    FloatBuffer weights =
        whole == null ? base.read(name, from, rows) : adapter.read(whole, from, rows);
    Change change = changes.get(name);
    if (change != null) {
      add(change, weights, Math.toIntExact(from), Math.toIntExact(rows));
    }
    return weights;
  }

  @Override
  public int[] integers(String name) throws IOException {
    return base.integers(name);
  }

  private void add(Change change, FloatBuffer weights, int from, int rows) throws IOException {
    float[] down = all(change.down());
    float[] up = all(change.up());
    int columns = weights.capacity() / rows;
    int rank = down.length / (change.turned() ? shapeRows(change) : columns);
    double scaling = config.scaling(rank);
    float[] sums = new float[columns];
    int height = change.turned() ? down.length / rank : 0;
    for (int row = 0; row < rows; row++) {
      Arrays.fill(sums, 0);
      for (int r = 0; r < rank; r++) {
        if (change.turned()) {
          float factor = down[r * height + from + row];
          for (int column = 0; column < columns; column++) {
            sums[column] += factor * up[column * rank + r];
          }
        } else {
          float factor = up[(from + row) * rank + r];
          int at = r * columns;
          for (int column = 0; column < columns; column++) {
            sums[column] += factor * down[at + column];
          }
        }
      }
      int at = row * columns;
      for (int column = 0; column < columns; column++) {
        weights.put(at + column, weights.get(at + column) + (float) (scaling * sums[column]));
      }
    }
  }

  private int shapeRows(Change change) {
    return Math.toIntExact(adapter.shape(change.down())[1]);
  }

  private float[] all(String name) throws IOException {
    FloatBuffer floats = adapter.read(name, 0, adapter.shape(name)[0]);
    float[] all = new float[floats.remaining()];
    floats.get(all);
    return all;
  }

  private void place(String name) {
    NumberType type = adapter.type(name);
    if (!name.startsWith(PREFIX) || type == null || !type.plain()) {
      throw misfit(name, "is none that peft writes for LoRA");
    }
    String rest = name.substring(PREFIX.length());
    for (boolean embedding : new boolean[] {false, true}) {
      String a = embedding ? ".lora_embedding_A" : ".lora_A.weight";
      String b = embedding ? ".lora_embedding_B" : ".lora_B.weight";
      if (rest.endsWith(a)) {
        String module = rest.substring(0, rest.length() - a.length());
        changes.put(module + WEIGHT, new Change(name, PREFIX + module + b, embedding));
        return;
      }
      if (rest.endsWith(b)) {
        String module = rest.substring(0, rest.length() - b.length());
        if (!adapter.has(PREFIX + module + a)) {
          throw misfit(name, "has no lora_A");
        }
        return;
      }
    }
    if (rest.contains(".lora_")) {
      throw misfit(name, "is no factor of LoRA's");
    }
    replaced.put(rest.replace(".base_layer.", ".").replace(".modules_to_save.", "."), name);
  }

  private void check(String name, Change change) {
    long[] shape = base.shape(name);
    long[] down = adapter.shape(change.down());
    long[] up = adapter.shape(change.up());
    boolean fits =
        shape != null
            && up != null
            && shape.length == 2
            && down.length == 2
            && up.length == 2
            && down[0] > 0
            && down[0] == up[1]
            && down[1] == shape[change.turned() ? 0 : 1]
            && up[0] == shape[change.turned() ? 1 : 0];
    if (!fits) {
      throw misfit(
          change.down(),
          String.format(
              Locale.ROOT,
              "of shape %s and its lora_B of shape %s do not change %s of shape %s",
              Arrays.toString(down),
              Arrays.toString(up),
              name,
              Arrays.toString(shape)));
    }
  }

  private void checkReplaced(String name, String whole) {
    if (base.shape(name) == null) {
      throw misfit(whole, "is for a tensor that the base model lacks");
    }
  }

  private UserError misfit(String name, String why) {
    return UserError.configuration(
        "%s: tensor %s %s: adapters of LoRA for modules of the base model (%s) are read: fetch the"
            + " base that it was trained on, or merge the two with merge_and_unload() of peft",
        config.own().directory(), name, why, config.base().directory());
  }
}
