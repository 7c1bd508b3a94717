package io.assize.corpus;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.corpus.CorpusSchema.Field;
import io.assize.storage.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StructField;

/**
 * Reads Parquet into the corpus's columns and sets bad rows aside. A file that cannot be read, a
 * column that is missing or of a wrong type stops here; of the rows nothing is dropped.
 */
public final class CorpusReader {
  private static final String REASON = "reason";

  private final SparkSession spark;

  public CorpusReader(SparkSession spark) {
    this.spark = spark;
  }

  /** Reads all files once, to count and to find those that are damaged, before any judging. */
  public Corpus read(CorpusConfig config, CorpusSchema schema) {
    return check(load(config.paths()), config, schema);
  }

  /**
   * The same for rows that come from elsewhere; {@code config.paths} then names them in messages.
   */
  public Corpus check(Dataset<Row> rows, CorpusConfig config, CorpusSchema schema) {
    Dataset<Row> mapped = map(rows, config, schema);
    Dataset<Row> checked = mapped.withColumn(REASON, reason(schema, config.keepEmptyResponses()));
    Row counts = scan(checked, config.paths());
    long read = counts.getLong(0);
    long bad = counts.getLong(1);
    long ids = counts.getLong(2);
    if (read - bad > ids) {
      checked = checked.withColumn(REASON, coalesce(col(REASON), repeated(mapped)));
      bad = read - ids;
    }
    Dataset<Row> valid = checked.filter(col(REASON).isNull()).drop(REASON);
    Dataset<Row> quarantined = checked.filter(col(REASON).isNotNull());
    return new Corpus(defaults(valid, config), quarantined, read, read - bad, bad);
  }

  private Dataset<Row> load(List<String> paths) {
    String[] found = Paths.find(spark, "corpus", paths);
    try {
      return Paths.reader(spark)
          .option("mergeSchema", true)
          .option("recursiveFileLookup", false)
          .parquet(found);
    } catch (Exception e) {
      throw unreadable(e, paths);
    }
  }

  private static Row scan(Dataset<Row> checked, List<String> paths) {
    Column good = col(REASON).isNull();
    try {
      return checked
          .agg(
              count(lit(1)),
              coalesce(sum(when(good, 0L).otherwise(1L)), lit(0L)),
              countDistinct(when(good, col("sample_id"))))
          .head();
    } catch (Exception e) {
      throw unreadable(e, paths);
    }
  }

  /**
   * Of valid rows with one sample_id the one of the smallest hash stays, in whatever order they
   * come.
   */
  private static Column repeated(Dataset<Row> mapped) {
    Column everything =
        xxhash64(
            Arrays.stream(mapped.columns())
                .filter(
                    name -> !mapped.schema().apply(name).dataType().typeName().startsWith("map"))
                .map(CorpusReader::quoted)
                .toArray(Column[]::new));
    Column place =
        row_number()
            .over(Window.partitionBy(col("sample_id"), col(REASON).isNull()).orderBy(everything));
    return when(place.gt(1), lit("duplicate sample_id"));
  }

  private static Column reason(CorpusSchema schema, boolean keepEmptyResponses) {
    List<Column> reasons = new ArrayList<>();
    for (String name : List.of("sample_id", "prompt")) {
      reasons.add(when(col(name).isNull(), lit(name + " is null")));
      reasons.add(when(not(col(name).rlike("\\S")), lit(name + " is empty")));
    }
    for (String name : schema.responses()) {
      reasons.add(when(col(name).isNull(), lit(name + " is null")));
      if (!keepEmptyResponses) {
        reasons.add(when(not(col(name).rlike("\\S")), lit(name + " is empty")));
      }
    }
    for (String name : schema.models()) {
      reasons.add(when(col(name).isNull(), lit(name + " is null")));
      reasons.add(when(not(col(name).rlike("\\S")), lit(name + " is empty")));
    }
    if (schema == CorpusSchema.PAIRWISE) {
      reasons.add(
          when(col("model_a").equalTo(col("model_b")), lit("model_a and model_b are the same")));
      reasons.add(when(not(col("label").isin("a", "b", "tie")), lit("label is none of a, b, tie")));
    }
    return coalesce(reasons.toArray(new Column[0]));
  }

  private static Dataset<Row> defaults(Dataset<Row> valid, CorpusConfig config) {
    Column named = when(col("scenario").rlike("\\S"), trim(col("scenario")));
    Dataset<Row> filled =
        valid.withColumn("scenario", coalesce(named, lit(config.defaultScenario())));
    return config.sample() == 0
        ? filled
        : filled.orderBy(xxhash64(col("sample_id")), col("sample_id")).limit(config.sample());
  }

  /**
   * Brings the user's columns to our names and types; optional ones that are absent become null.
   */
  private static Dataset<Row> map(Dataset<Row> files, CorpusConfig config, CorpusSchema schema) {
    List<Column> columns = new ArrayList<>();
    List<String> used = new ArrayList<>();
    for (Field field : schema.fields()) {
      String theirs = config.columns().getOrDefault(field.name(), field.name());
      StructField found = find(files, theirs);
      if (found == null) {
        refuseMissing(field, theirs, files, config);
        columns.add(lit(null).cast(field.type()).as(field.name()));
      } else {
        columns.add(typed(field, found).as(field.name()));
        used.add(found.name());
      }
    }
    for (StructField field : files.schema().fields()) {
      if (!used.contains(field.name())) {
        boolean taken = schema.fields().stream().anyMatch(f -> f.name().equals(field.name()));
        boolean ours = field.name().equals(REASON);
        columns.add(
            quoted(field.name()).as(taken || ours ? "source_" + field.name() : field.name()));
      }
    }
    return files.select(columns.toArray(new Column[0]));
  }

  private static void refuseMissing(
      Field field, String theirs, Dataset<Row> files, CorpusConfig config) {
    boolean mapped = !theirs.equals(field.name());
    if (field.required() || mapped) {
      throw UserError.configuration(
          "corpus %s lacks the column %s (it has %s): map it with assize.corpus.columns.%s",
          String.join(", ", config.paths()),
          theirs,
          String.join(", ", files.columns()),
          field.name());
    }
  }

  private static Column typed(Field field, StructField found) {
    boolean text = found.dataType().equals(DataTypes.StringType);
    boolean number = found.dataType() instanceof NumericType;
    if (field.type().equals(DataTypes.DoubleType) ? !number : !text) {
      throw UserError.configuration(
          "corpus column %s is of type %s: %s must be of type %s",
          found.name(), found.dataType().simpleString(), field.name(), field.type().simpleString());
    }
    return quoted(found.name()).cast(field.type());
  }

  private static StructField find(Dataset<Row> files, String name) {
    for (StructField field : files.schema().fields()) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    return null;
  }

  private static Column quoted(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }

  /** A failure to read becomes one line that names the file, where the cause names one. */
  private static RuntimeException unreadable(Exception e, List<String> paths) {
    String why = null;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      String message = cause.getMessage();
      if (message != null && !message.startsWith("Job aborted")) {
        why = message.lines().findFirst().orElse(why);
      }
    }
    return UserError.configuration(
        "corpus %s cannot be read: %s: check the path and that every file is Parquet of one schema",
        String.join(", ", paths), why);
  }
}
