package io.assize.corpus;

import static org.apache.spark.sql.functions.input_file_name;

import io.assize.config.UserError;
import io.assize.corpus.CorpusFiles.DataFile;
import io.assize.spark.base.Internals;
import io.assize.spark.base.Paths;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.SerializableConfiguration;

/**
 * Reads Parquet files by the schemas in their own footers: files of equal schema together, with the
 * columns that Spark's reader knows. The others are left out, which is said once.
 */
final class ParquetSources {
  /** So many footers the driver reads itself; more are read by tasks. */
  private static final int FEW = 32;

  private static final int MOST_TASKS = 200;

  /** Of files with more different sets of columns, only those that are used are read. */
  private static final int MOST_SCHEMAS = 64;

  private final SparkSession reading;
  private final Set<String> used;
  private final Consumer<String> notes;

  /** What files have in common that are read together. */
  private record Shape(StructType columns, Set<String> empty, List<String> partitions, int depth) {}

  /**
   * @param used the names, in the files, of the columns that decide over a run
   */
  ParquetSources(SparkSession reading, Set<String> used, Consumer<String> notes) {
    this.reading = reading;
    this.used = used;
    this.notes = notes;
  }

  List<Source> read(List<DataFile> files) {
    List<ParquetFooter> footers = footers(files);
    for (ParquetFooter footer : footers) {
      if (footer.problem() != null) {
        throw UserError.configuration("corpus file %s %s", footer.file().path(), footer.problem());
      }
    }
    Map<String, String> odd = odd(footers);
    Map<Shape, List<ParquetFooter>> groups = groups(footers, odd.keySet());
    if (groups.size() > MOST_SCHEMAS) {
      notes.accept(
          String.format(
              Locale.ROOT,
              "the corpus's files have %d different sets of columns: those that are not used are left out",
              groups.size()));
      Set<String> unused = new HashSet<>(odd.keySet());
      footers.forEach(f -> f.columns().forEach(column -> unused.add(column.name())));
      unused.removeAll(used);
      groups = groups(footers, unused);
    } else if (!odd.isEmpty()) {
      notes.accept(
          "left out columns that nobody mapped and Spark's reader cannot read (their type, or a name that"
              + " differs from another in case only): "
              + String.join(", ", odd.keySet()));
    }
    List<Source> sources = new ArrayList<>();
    groups.forEach((shape, alike) -> sources.add(source(shape, alike, odd)));
    return sources;
  }

  private List<ParquetFooter> footers(List<DataFile> files) {
    Configuration hadoop = Internals.hadoop(reading);
    if (files.size() <= FEW) {
      return files.stream().map(file -> ParquetFooter.read(file, hadoop)).toList();
    }
    SerializableConfiguration shared = new SerializableConfiguration(hadoop);
    return JavaSparkContext.fromSparkContext(reading.sparkContext())
        .parallelize(files, Math.min(MOST_TASKS, files.size() / FEW + 1))
        .map(file -> ParquetFooter.read(file, shared.value()))
        .collect();
  }

  /** Columns that cannot be read, or not told apart; with what they are. */
  private Map<String, String> odd(List<ParquetFooter> footers) {
    Map<String, String> odd = new TreeMap<>();
    Set<String> names = new LinkedHashSet<>();
    for (ParquetFooter footer : footers) {
      for (ParquetFooter.Column column : footer.columns()) {
        boolean known = column.type() != null && !Types.ambiguous(column.type());
        if (!known && !isNothing(column)) {
          odd.putIfAbsent(column.name(), column.stored() + " in " + footer.file().path());
        }
        names.add(column.name());
      }
    }
    Types.alike(names, used).forEach(odd::putIfAbsent);
    return odd;
  }

  private boolean isNothing(ParquetFooter.Column column) {
    return column.empty() && used.contains(column.name());
  }

  private Map<Shape, List<ParquetFooter>> groups(List<ParquetFooter> footers, Set<String> without) {
    Map<Shape, List<ParquetFooter>> groups = new LinkedHashMap<>();
    for (ParquetFooter footer : footers) {
      StructType schema = new StructType();
      Set<String> nothing = new TreeSet<>();
      for (ParquetFooter.Column column : footer.columns()) {
        if (isNothing(column)) {
          nothing.add(column.name());
        } else if (!without.contains(column.name())) {
          schema = schema.add(column.name(), column.type());
        }
      }
      DataFile file = footer.file();
      Shape shape = new Shape(schema, nothing, file.partitionColumns(), file.depth());
      groups.computeIfAbsent(shape, s -> new ArrayList<>()).add(footer);
    }
    return groups;
  }

  private Source source(Shape shape, List<ParquetFooter> footers, Map<String, String> odd) {
    String[] paths = footers.stream().map(f -> f.file().path()).toArray(String[]::new);
    Dataset<Row> rows =
        Paths.reader(reading)
            .schema(shape.columns())
            .parquet(paths)
            .withColumn(Source.FILE, input_file_name());
    return new Source(
        Partitions.columns(rows, shape.partitions(), shape.depth()),
        paths[0],
        shape.empty(),
        odd,
        false);
  }
}
