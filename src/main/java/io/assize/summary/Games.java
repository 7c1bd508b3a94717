package io.assize.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import io.assize.verdict.Decision;
import io.assize.verdict.Outcomes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Makes blocks of judged pairs: all games of a prompt lie together in one of them. */
final class Games {
  /** A judge's scenario is spread over so many parts, for parallel work. */
  private static final int PARTS = 64;

  private static final int BLOCK = 1 << 15;

  private Games() {}

  /**
   * The blocks, in an order and a cut that depend on the rows alone within each partition.
   *
   * @param outcomes of {@link Outcomes#ofPairs}
   * @param corpus sample_id, scenario, prompt, model_a, model_b, label, features
   */
  static JavaRDD<GameBlock> blocks(Dataset<Row> outcomes, Dataset<Row> corpus) {
    return outcomes
        .join(corpus, "sample_id")
        .select(
            col("judge"),
            col("scenario"),
            col("prompt"),
            col("model_a"),
            col("model_b"),
            col("ab"),
            col("ba"),
            col("probability_ab"),
            col("probability_ba"),
            col("label"),
            col("features"),
            xxhash64(col("sample_id"), col("protocol")).as("id"))
        .repartition(col("judge"), col("scenario"), pmod(col("prompt"), lit(PARTS)))
        .sortWithinPartitions(
            col("judge"),
            col("scenario"),
            col("prompt"),
            least(col("model_a"), col("model_b")),
            greatest(col("model_a"), col("model_b")),
            col("id"))
        .javaRDD()
        .mapPartitions(Blocks::new);
  }

  /** Cuts sorted rows into blocks. */
  private static final class Blocks implements Iterator<GameBlock> {
    private final Iterator<Row> rows;
    private Row next;

    Blocks(Iterator<Row> rows) {
      this.rows = rows;
      this.next = rows.hasNext() ? rows.next() : null;
    }

    @Override
    public boolean hasNext() {
      return next != null;
    }

    @Override
    public GameBlock next() {
      if (next == null) {
        throw new NoSuchElementException();
      }
      Block block = new Block(next);
      while (next != null && block.takes(next)) {
        block.add(next);
        next = rows.hasNext() ? rows.next() : null;
      }
      return block.done();
    }
  }

  /** A block in the making. */
  private static final class Block {
    private final String judge;
    private final String scenario;
    private final Map<String, Integer> models = new LinkedHashMap<>();
    private final List<Integer> prompts = new ArrayList<>();
    private final Ints x = new Ints();
    private final Ints y = new Ints();
    private final Ints characters = new Ints();
    private final Ints decisions = new Ints();
    private final Doubles probabilities = new Doubles();
    private final Doubles styles = new Doubles();
    private boolean soft;
    private long prompt;

    Block(Row row) {
      this.judge = row.getString(0);
      this.scenario = row.getString(1);
    }

    boolean takes(Row row) {
      return x.size == 0
          || (judge.equals(row.getString(0))
              && scenario.equals(row.getString(1))
              && (x.size < BLOCK || prompt == row.getLong(2)));
    }

    void add(Row row) {
      if (x.size == 0 || prompt != row.getLong(2)) {
        prompt = row.getLong(2);
        prompts.add(x.size);
      }
      String a = row.getString(3);
      String b = row.getString(4);
      boolean swap = a.compareTo(b) > 0;
      x.add(number(swap ? b : a));
      y.add(number(swap ? a : b));
      Decision ab = turned(Outcomes.decision((Byte) row.get(5)), swap);
      Decision ba = turned(Outcomes.decision((Byte) row.get(6)), swap);
      double pab = turned(row.isNullAt(7) ? Double.NaN : row.getDouble(7), swap);
      double pba = turned(row.isNullAt(8) ? Double.NaN : row.getDouble(8), swap);
      soft |= !Double.isNaN(pab) || !Double.isNaN(pba);
      probabilities.add(swap ? pba : pab);
      probabilities.add(swap ? pab : pba);
      Features features = Features.of((byte[]) row.get(10));
      features = swap ? features.swapped() : features;
      characters.add(features.characters());
      for (float style : features.styles()) {
        styles.add(style);
      }
      decisions.add(
          GameBlock.code(swap ? ba : ab)
              | GameBlock.code(swap ? ab : ba) << 4
              | GameBlock.code(turned(label(row.getString(9)), swap)) << 8
              | GameBlock.code(features.longer()) << 12
              | (swap ? 1 << 16 : 0));
    }

    private int number(String model) {
      return models.computeIfAbsent(model, m -> models.size());
    }

    private static Decision label(String label) {
      return label == null
          ? null
          : switch (label) {
            case "a" -> Decision.A;
            case "b" -> Decision.B;
            case "tie" -> Decision.TIE;
            default -> null;
          };
    }

    private static Decision turned(Decision decision, boolean swap) {
      return swap && decision != null ? decision.swapped() : decision;
    }

    private static double turned(double probability, boolean swap) {
      return swap ? 1 - probability : probability;
    }

    GameBlock done() {
      int games = x.size;
      byte[][] codes = new byte[5][games];
      for (int i = 0; i < games; i++) {
        for (int k = 0; k < codes.length; k++) {
          codes[k][i] = (byte) (decisions.values[i] >> (4 * k) & 15);
        }
      }
      prompts.add(games);
      return new GameBlock(
          judge,
          scenario,
          models.keySet().toArray(new String[0]),
          x.trimmed(),
          y.trimmed(),
          prompts.stream().mapToInt(Integer::intValue).toArray(),
          codes[0],
          codes[1],
          soft ? probabilities.trimmed() : null,
          codes[2],
          codes[4],
          codes[3],
          characters.trimmed(),
          styles.asFloats());
    }
  }

  private static final class Ints {
    private int[] values = new int[64];
    private int size;

    void add(int value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    int[] trimmed() {
      return Arrays.copyOf(values, size);
    }
  }

  private static final class Doubles {
    private double[] values = new double[64];
    private int size;

    void add(double value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, 2 * size);
      }
      values[size++] = value;
    }

    double[] trimmed() {
      return Arrays.copyOf(values, size);
    }

    float[] asFloats() {
      float[] floats = new float[size];
      for (int i = 0; i < size; i++) {
        floats[i] = (float) values[i];
      }
      return floats;
    }
  }
}
