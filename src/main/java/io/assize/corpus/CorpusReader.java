package io.assize.corpus;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.corpus.CorpusFiles.DataFile;
import io.assize.corpus.CorpusSchema.Field;
import io.assize.spark.base.Paths;
import io.assize.spark.base.ReadingSession;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads Parquet, Delta, JSON lines or CSV into the corpus's columns and sets bad rows aside. A file
 * that cannot be read, a used column that is missing or of a wrong type stops here; no row is
 * dropped, and columns that are not mapped decide nothing.
 */
public final class CorpusReader {
  private static final Logger LOG = LoggerFactory.getLogger(CorpusReader.class);
  private static final String REASON = "__assize_reason";
  private static final int LABELS_SAID = 5;

  private final SparkSession spark;
  private final Consumer<String> notes;

  /**
   * @param notes takes lines on what was passed over, left out or set aside
   */
  public CorpusReader(SparkSession spark, Consumer<String> notes) {
    this.spark = spark;
    this.notes = notes;
  }

  public CorpusReader(SparkSession spark) {
    this(spark, LOG::info);
  }

  /** Reads all files once, to count and to find those that are damaged, before any judging. */
  public Corpus read(CorpusConfig config, CorpusSchema schema) {
    return check(sources(config, schema), config, schema);
  }

  /**
   * The same for a corpus that was judged, whose columns may have our names instead of those that
   * the configuration maps: a run keeps its corpus so.
   */
  public Corpus readJudged(CorpusConfig config, CorpusSchema schema) {
    List<Source> sources = sources(config, schema);
    Set<String> lacking = new TreeSet<>();
    Set<String> lackingOurs = new TreeSet<>();
    for (Field field : schema.fields()) {
      String theirs = config.columns().getOrDefault(field.name(), field.name());
      boolean mapped = !theirs.equals(field.name());
      if (mapped && sources.stream().noneMatch(source -> source.has(theirs))) {
        lacking.add(theirs);
        if (field.required() && sources.stream().noneMatch(source -> source.has(field.name()))) {
          lackingOurs.add(field.name());
        }
      }
    }
    if (lacking.isEmpty()) {
      return check(sources, config, schema);
    }
    if (!lackingOurs.isEmpty()) {
      throw UserError.configuration(
          "corpus %s has neither the columns that assize.corpus.columns names (it lacks %s) nor"
              + " those of a run's own copy (it lacks %s): check the path and the mapping",
          String.join(", ", config.paths()),
          String.join(", ", lacking),
          String.join(", ", lackingOurs));
    }
    CorpusConfig ours = config.withoutMapping();
    return check(sources(ours, schema), ours, schema);
  }

  /**
   * The same for rows that come from elsewhere; {@code config.paths} then names them in messages.
   */
  public Corpus check(Dataset<Row> rows, CorpusConfig config, CorpusSchema schema) {
    String where = String.join(", ", config.paths());
    return check(List.of(new Source(rows, where, Set.of(), Map.of(), false)), config, schema);
  }

  private List<Source> sources(CorpusConfig config, CorpusSchema schema) {
    Map<CorpusFormat, List<DataFile>> files =
        new CorpusFiles(spark, config.format(), notes).find(config.paths());
    SparkSession reading = ReadingSession.of(spark);
    Set<String> used =
        schema.fields().stream()
            .map(field -> config.columns().getOrDefault(field.name(), field.name()))
            .collect(Collectors.toCollection(TreeSet::new));
    List<Source> sources = new ArrayList<>();
    try {
      files.forEach(
          (format, found) -> {
            switch (format) {
              case PARQUET -> sources.addAll(new ParquetSources(reading, used, notes).read(found));
              case DELTA -> found.forEach(table -> sources.add(delta(reading, table)));
              case JSONL -> sources.add(new JsonLines(reading, used, notes).read(found));
              case CSV -> sources.addAll(new CsvFiles(reading, used, notes).read(found));
            }
          });
    } catch (RuntimeException e) {
      throw unreadable(e, config.paths());
    }
    return sources;
  }

  private static Source delta(SparkSession reading, DataFile table) {
    Dataset<Row> rows = Paths.reader(reading).format("delta").load(table.path());
    return new Source(
        rows.withColumn(Source.FILE, input_file_name()), table.path(), Set.of(), Map.of(), false);
  }

  private Corpus check(List<Source> sources, CorpusConfig config, CorpusSchema schema) {
    Columns columns = new Columns(sources, config, schema, notes);
    Dataset<Row> mapped = columns.rows();
    Dataset<Row> checked =
        mapped.withColumn(
            REASON, coalesce(col(Source.PROBLEM), new RowChecks(config, schema).reason()));
    Row counts = scan(checked, config.paths(), schema);
    long read = counts.getLong(0);
    long bad = counts.getLong(1);
    long ids = counts.getLong(2);
    if (read - bad > ids) {
      checked = checked.withColumn(REASON, coalesce(col(REASON), repeated(mapped, schema)));
      bad = read - ids;
    }
    Dataset<Row> valid =
        checked.filter(col(REASON).isNull()).select(columns.valid().toArray(new Column[0]));
    Dataset<Row> out = checked.filter(col(REASON).isNotNull());
    Map<String, Long> reasons = bad == 0 ? Map.of() : reasons(out);
    sayLabels(out, reasons, config);
    return new Corpus(
        sample(valid, config, schema),
        out.select(columns.quarantined(REASON).toArray(new Column[0])),
        setAside(out, config, schema),
        reasons,
        read,
        read - bad,
        bad);
  }

  private static Row scan(Dataset<Row> checked, List<String> paths, CorpusSchema schema) {
    Column good = col(REASON).isNull();
    Column[] ids = Arrays.stream(identity(schema)).map(id -> when(good, id)).toArray(Column[]::new);
    try {
      return checked
          .agg(
              count(lit(1)),
              coalesce(sum(when(good, 0L).otherwise(1L)), lit(0L)),
              countDistinct(ids[0], Arrays.copyOfRange(ids, 1, ids.length)))
          .head();
    } catch (Exception e) {
      throw unreadable(e, paths);
    }
  }

  /**
   * Of valid rows of one identity the one of the smallest hash stays, in whatever order they come;
   * columns that nobody mapped decide only between rows that are otherwise equal.
   */
  private static Column repeated(Dataset<Row> mapped, CorpusSchema schema) {
    Column used =
        xxhash64(schema.fields().stream().map(field -> col(field.name())).toArray(Column[]::new));
    Column everything =
        xxhash64(
            Arrays.stream(mapped.schema().fields())
                .filter(field -> !Types.holdsMap(field.dataType()))
                .filter(field -> !field.name().equals(Source.FILE))
                .map(field -> Columns.quoted(field.name()))
                .toArray(Column[]::new));
    List<Column> same = new ArrayList<>(List.of(identity(schema)));
    same.add(col(REASON).isNull());
    Column place =
        row_number()
            .over(Window.partitionBy(same.toArray(new Column[0])).orderBy(used, everything));
    return when(place.gt(1), lit("duplicate " + String.join(" and ", schema.identity())));
  }

  private static Column[] identity(CorpusSchema schema) {
    return schema.identity().stream().map(functions::col).toArray(Column[]::new);
  }

  private static Map<String, Long> reasons(Dataset<Row> out) {
    Map<String, Long> reasons = new TreeMap<>();
    out.groupBy(REASON)
        .count()
        .collectAsList()
        .forEach(row -> reasons.put(row.getString(0), row.getLong(1)));
    return reasons;
  }

  private void sayLabels(Dataset<Row> out, Map<String, Long> reasons, CorpusConfig config) {
    if (!reasons.containsKey(RowChecks.NO_LABEL)) {
      return;
    }
    String found =
        out
            .filter(col(REASON).equalTo(RowChecks.NO_LABEL))
            .groupBy("label")
            .count()
            .orderBy(col("count").desc(), col("label"))
            .limit(LABELS_SAID)
            .collectAsList()
            .stream()
            .map(
                row ->
                    String.format(
                        Locale.ROOT, "\"%s\" in %d rows", row.getString(0), row.getLong(1)))
            .collect(Collectors.joining(", "));
    notes.accept(
        String.format(
                Locale.ROOT,
                "labels of column %s that are none of a, b, tie: %s: say what they mean in",
                config.columns().getOrDefault("label", "label"),
                found)
            + " assize.corpus.label_values, as { a = [\"model_a\"], b = [\"model_b\"] }");
  }

  /** Bad rows in our columns, as valid ones but for labels and ratings, which may mean nothing. */
  private static Dataset<Row> setAside(Dataset<Row> out, CorpusConfig config, CorpusSchema schema) {
    List<Column> columns = new ArrayList<>();
    for (Field field : schema.fields()) {
      boolean scenario = field.name().equals("scenario");
      columns.add(scenario ? new RowChecks(config, schema).meaning("scenario") : col(field.name()));
    }
    columns.add(col(REASON).as("reason"));
    return out.select(columns.toArray(new Column[0]));
  }

  private static Dataset<Row> sample(Dataset<Row> valid, CorpusConfig config, CorpusSchema schema) {
    if (config.sample() == 0) {
      return valid;
    }
    List<Column> order = new ArrayList<>(List.of(xxhash64(identity(schema))));
    order.addAll(List.of(identity(schema)));
    return valid.orderBy(order.toArray(new Column[0])).limit(config.sample());
  }

  /** A failure to read becomes one line that names the file, where the cause names one. */
  private static RuntimeException unreadable(Exception e, List<String> paths) {
    String why = null;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserError error) {
        return error;
      }
      String message = cause.getMessage();
      if (message != null && !message.startsWith("Job aborted")) {
        why = message.lines().findFirst().orElse(why);
      }
    }
    if (why != null && why.contains("No space left on device")) {
      return UserError.failure(
          "corpus %s cannot be read, since a disk of Spark's own is full: %s: make room",
          String.join(", ", paths), why);
    }
    return UserError.configuration(
        "corpus %s cannot be read: %s: check that each of its files is whole",
        String.join(", ", paths), why);
  }
}
