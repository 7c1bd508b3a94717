package io.assize.summary;

import io.assize.table.Table;
import java.io.Serializable;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A table whose rows follow from each level's sums and ratings. Rows are made where the levels are,
 * on executors.
 *
 * @param <T> what a row is made of
 */
interface LevelTable<T> extends SummaryTable, Serializable {
  @Override
  Table<T> table();

  /** The parts of a level's sums that it reads, one of each kind, whatever is in them. */
  default Collection<? extends Sums<?>> sums() {
    return List.of();
  }

  /** The rows of a level, in their order. */
  Stream<T> rows(Level level, Fits fits);

  /** Rows that follow from no level's sums; they stand after the others. */
  default Stream<T> rows(Fits fits) {
    return Stream.empty();
  }

  @Override
  default Dataset<Row> rows(Summary summary) {
    Broadcast<Fits> fits = summary.fits();
    JavaRDD<Row> levels =
        summary
            .levels()
            .flatMap(level -> rows(level, fits.value()).map(row -> table().row(row)).iterator());
    List<Row> others = rows(fits.value()).map(row -> table().row(row)).toList();
    JavaRDD<Row> all =
        others.isEmpty()
            ? levels
            : levels.union(summary.context().parallelize(others, 1)).coalesce(1);
    return summary.spark().createDataFrame(all, table().schema());
  }
}
