package io.assize.summary;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.xxhash64;

import io.assize.store.Outcomes;
import io.assize.verdict.Decision;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import java.util.NoSuchElementException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Makes blocks of judged pairs: all games of a prompt lie together in one of them. */
final class Games {
  /** A judge's scenario is spread over so many parts, for parallel work. */
  private static final int PARTS = 64;

  private static final int BLOCK = 1 << 15;

  /** The columns of a judged pair, in this order. */
  private enum In {
    JUDGE(0),
    SCENARIO(1),
    PROMPT(2),
    MODEL_A(3),
    MODEL_B(4),
    AB(5),
    BA(6),
    PROBABILITY_AB(7),
    PROBABILITY_BA(8),
    LABEL(9),
    FEATURES(10),
    ID(11);

    private final int place;

    In(int place) {
      this.place = place;
    }

    Column column() {
      return col(name().toLowerCase(Locale.ROOT));
    }
  }

  private Games() {}

  /**
   * The blocks, in an order and a cut that depend on the rows alone within each partition.
   *
   * @param outcomes of {@link Outcomes#ofPairs}
   * @param corpus sample_id, scenario, prompt, model_a, model_b, label, features
   */
  static JavaRDD<GameBlock> blocks(Dataset<Row> outcomes, Dataset<Row> corpus) {
    return outcomes
        .join(corpus, SAMPLE_ID)
        .withColumn("id", xxhash64(col(SAMPLE_ID), col("protocol")))
        .select(Arrays.stream(In.values()).map(In::column).toArray(Column[]::new))
        .repartition(col("judge"), col("scenario"), pmod(col("prompt"), lit(PARTS)))
        .sortWithinPartitions(
            col("judge"),
            col("scenario"),
            col("prompt"),
            least(col(MODEL_A), col(MODEL_B)),
            greatest(col(MODEL_A), col(MODEL_B)),
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
      BlockBuilder block = new BlockBuilder(text(next, In.JUDGE), text(next, In.SCENARIO));
      while (next != null && takes(block, next)) {
        block.add(
            next.getLong(In.PROMPT.place),
            new BlockBuilder.Pair(text(next, In.MODEL_A), text(next, In.MODEL_B)),
            new BlockBuilder.Seen(
                Outcomes.decision(next.<Byte>getAs(In.AB.place)),
                Outcomes.decision(next.<Byte>getAs(In.BA.place)),
                probability(next, In.PROBABILITY_AB),
                probability(next, In.PROBABILITY_BA)),
            Decision.of(String.valueOf(text(next, In.LABEL))).filter(Decision::decides),
            Features.of(next.<byte[]>getAs(In.FEATURES.place)));
        next = rows.hasNext() ? rows.next() : null;
      }
      return new GameBlock(block);
    }

    private static boolean takes(BlockBuilder block, Row row) {
      return block.games() == 0
          || (block.judge().equals(text(row, In.JUDGE))
              && block.scenario().equals(text(row, In.SCENARIO))
              && (block.games() < BLOCK || block.prompt() == row.getLong(In.PROMPT.place)));
    }

    private static String text(Row row, In column) {
      return row.getString(column.place);
    }

    private static double probability(Row row, In column) {
      return row.isNullAt(column.place) ? Double.NaN : row.getDouble(column.place);
    }
  }
}
