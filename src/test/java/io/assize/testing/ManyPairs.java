package io.assize.testing;

import static io.assize.testing.LocalSpark.row;

import java.nio.file.Path;
import java.util.stream.IntStream;

/** A corpus of as many pairs as are wanted, of three models against a fourth. */
public final class ManyPairs {
  private ManyPairs() {}

  public static void write(Path folder, int pairs) {
    Object[][] rows =
        IntStream.range(0, pairs)
            .mapToObj(
                i ->
                    row(
                        "s" + i,
                        "question " + i,
                        "m" + i % 3,
                        "n",
                        "one ".repeat(1 + i % 7),
                        "two two"))
            .toArray(Object[][]::new);
    LocalSpark.table(
            "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
                + " response_b STRING",
            rows)
        .write()
        .parquet(folder.toString());
  }
}
