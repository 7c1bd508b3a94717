package io.assize.summary;

import io.assize.verdict.Decision;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A {@link GameBlock} in the making: takes pairs in terms of the corpus's a and b. */
final class BlockBuilder {
  private final String judge;
  private final String scenario;
  private final Map<String, Integer> models = new LinkedHashMap<>();
  private final List<Integer> prompts = new ArrayList<>();
  private final Numbers x = new Numbers();
  private final Numbers y = new Numbers();
  private final Numbers characters = new Numbers();
  private final Numbers first = new Numbers();
  private final Numbers second = new Numbers();
  private final Numbers labels = new Numbers();
  private final Numbers longer = new Numbers();
  private final Numbers swapped = new Numbers();
  private final Numbers probabilities = new Numbers();
  private final Numbers styles = new Numbers();
  private boolean soft;
  private long prompt;

  /** The names of the corpus's a and b. */
  record Pair(String a, String b) {}

  /**
   * What a judge said of a pair, in terms of a and b.
   *
   * @param ab where a was shown first; null where it was not
   * @param ba where b was shown first; null likewise
   * @param probabilityAb that a is better; NaN where none was given
   * @param probabilityBa likewise
   */
  record Seen(Decision ab, Decision ba, double probabilityAb, double probabilityBa) {}

  BlockBuilder(String judge, String scenario) {
    this.judge = judge;
    this.scenario = scenario;
  }

  /**
   * Adds a pair; those of one prompt come one after another.
   *
   * @param ofPrompt tells prompts apart
   * @param label a person's choice
   */
  void add(long ofPrompt, Pair pair, Seen seen, Optional<Decision> label, Features features) {
    if (games() == 0 || prompt != ofPrompt) {
      prompt = ofPrompt;
      prompts.add(games());
    }
    boolean swap = pair.a().compareTo(pair.b()) > 0;
    x.add(number(swap ? pair.b() : pair.a()));
    y.add(number(swap ? pair.a() : pair.b()));
    Decision ab = turned(seen.ab(), swap);
    Decision ba = turned(seen.ba(), swap);
    first.add(GameBlock.code(swap ? ba : ab));
    second.add(GameBlock.code(swap ? ab : ba));
    double probabilityAb = turned(seen.probabilityAb(), swap);
    double probabilityBa = turned(seen.probabilityBa(), swap);
    soft |= !Double.isNaN(probabilityAb) || !Double.isNaN(probabilityBa);
    probabilities.add(swap ? probabilityBa : probabilityAb);
    probabilities.add(swap ? probabilityAb : probabilityBa);
    labels.add(GameBlock.code(turned(label.orElse(null), swap)));
    swapped.add(swap ? 1 : 0);
    Features ofX = swap ? features.swapped() : features;
    longer.add(GameBlock.code(ofX.longer()));
    characters.add(ofX.characters());
    for (float style : ofX.styles()) {
      styles.add(style);
    }
  }

  private int number(String model) {
    return models.computeIfAbsent(model, m -> models.size());
  }

  private static Decision turned(Decision decision, boolean swap) {
    return swap && decision != null ? decision.swapped() : decision;
  }

  private static double turned(double probability, boolean swap) {
    return swap ? 1 - probability : probability;
  }

  String judge() {
    return judge;
  }

  String scenario() {
    return scenario;
  }

  /** How many pairs there are. */
  int games() {
    return x.size;
  }

  /** The prompt of the last pair. */
  long prompt() {
    return prompt;
  }

  String[] models() {
    return models.keySet().toArray(new String[0]);
  }

  int[] x() {
    return x.ints();
  }

  int[] y() {
    return y.ints();
  }

  int[] prompts() {
    int[] ends = Arrays.copyOf(prompts.stream().mapToInt(i -> i).toArray(), prompts.size() + 1);
    ends[prompts.size()] = games();
    return ends;
  }

  byte[] first() {
    return first.bytes();
  }

  byte[] second() {
    return second.bytes();
  }

  byte[] labels() {
    return labels.bytes();
  }

  byte[] longer() {
    return longer.bytes();
  }

  byte[] swapped() {
    return swapped.bytes();
  }

  /** Null where no judge gave any. */
  double[] probabilities() {
    return soft ? Arrays.copyOf(probabilities.values, probabilities.size) : null;
  }

  int[] characters() {
    return characters.ints();
  }

  float[] styles() {
    float[] floats = new float[styles.size];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) styles.values[i];
    }
    return floats;
  }

  /** A list of numbers that grows; doubles hold every int and float. */
  private static final class Numbers {
    private double[] values = new double[64];
    private int size;

    void add(double value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    int[] ints() {
      int[] ints = new int[size];
      for (int i = 0; i < size; i++) {
        ints[i] = (int) values[i];
      }
      return ints;
    }

    byte[] bytes() {
      byte[] bytes = new byte[size];
      for (int i = 0; i < size; i++) {
        bytes[i] = (byte) values[i];
      }
      return bytes;
    }
  }
}
