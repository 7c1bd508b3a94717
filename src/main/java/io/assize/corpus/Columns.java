package io.assize.corpus;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.floor;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.regexp_replace;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.corpus.CorpusSchema.Field;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DoubleType;
import org.apache.spark.sql.types.FloatType;
import org.apache.spark.sql.types.NullType;
import org.apache.spark.sql.types.StructField;

/**
 * Brings files of one or several schemas to one table: the corpus's columns as texts, and the
 * columns that nobody mapped, which ride along.
 */
final class Columns {
  private static final List<String> INTERNAL = List.of(Source.FILE, Source.LINE, Source.PROBLEM);

  /** The columns of quarantine that are ours. */
  private static final List<String> OURS = List.of("line", "file", "reason");

  private static final UserDefinedFunction IS_TEXT =
      udf((UDF1<byte[], Boolean>) Columns::isUtf8, DataTypes.BooleanType);

  private static final UserDefinedFunction DECODED =
      udf((UDF1<String, String>) Partitions::decoded, DataTypes.StringType);

  private final List<Source> sources;
  private final CorpusConfig config;
  private final CorpusSchema schema;

  /** Their name → the type that all files' values fit. */
  private final Map<String, DataType> riders = new LinkedHashMap<>();

  /** Our name → theirs, of columns that some file has. */
  private final Map<String, String> found = new LinkedHashMap<>();

  Columns(List<Source> sources, CorpusConfig config, CorpusSchema schema, Consumer<String> notes) {
    this.sources = sources;
    this.config = config;
    this.schema = schema;
    for (Source source : sources) {
      for (Field field : schema.fields()) {
        check(source, field);
      }
    }
    collectRiders(notes);
  }

  /**
   * All rows: our columns as texts or null, riders under their own names, and the internal ones.
   */
  Dataset<Row> rows() {
    Dataset<Row> all = null;
    for (Source source : sources) {
      Dataset<Row> part = source.rows().select(select(source).toArray(new Column[0]));
      all = all == null ? part : all.union(part);
    }
    return all;
  }

  /** What a valid row becomes; of judged rows without columns of ours that no file has. */
  List<Column> valid() {
    RowChecks checks = new RowChecks(config, schema);
    List<Column> columns = new ArrayList<>();
    Set<String> taken = new LinkedHashSet<>();
    for (Field field : schema.fields()) {
      boolean absent = !found.containsKey(field.name()) && !field.name().equals("scenario");
      if (!absent || schema != CorpusSchema.JUDGED) {
        columns.add(checks.meaning(field.name()));
      }
      taken.add(Types.folded(field.name()));
    }
    riders.keySet().forEach(name -> columns.add(col(rider(name)).as(free(name, taken))));
    return columns;
  }

  /** What a row becomes that is set aside: itself, with its place and the reason. */
  List<Column> quarantined(String reason) {
    List<Column> columns = new ArrayList<>();
    Set<String> taken = new LinkedHashSet<>(OURS);
    Set<String> shown = new LinkedHashSet<>();
    found.forEach(
        (ours, theirs) -> {
          if (shown.add(theirs)) {
            columns.add(col(ours).as(free(theirs, taken)));
          }
        });
    riders.keySet().forEach(name -> columns.add(col(rider(name)).as(free(name, taken))));
    if (sources.stream().anyMatch(Source::text)) {
      columns.add(col(Source.LINE).substr(1, 200).as("line"));
    }
    columns.add(DECODED.apply(col(Source.FILE)).as("file"));
    columns.add(col(reason).as("reason"));
    return columns;
  }

  static Column quoted(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }

  private String theirs(Field field) {
    return config.columns().getOrDefault(field.name(), field.name());
  }

  private void check(Source source, Field field) {
    String theirs = theirs(field);
    StructField column = find(source, theirs);
    boolean empty = source.empty().contains(theirs);
    if (column != null || empty) {
      found.put(field.name(), theirs);
    }
    if (column != null) {
      boolean number = field.type().equals(DataTypes.DoubleType);
      boolean fits =
          Types.isText(column.dataType())
              || column.dataType() instanceof NullType
              || (number && Types.isNumber(column.dataType()))
              || (field.name().equals("label") && isFloating(column.dataType()));
      if (!fits) {
        refuseType(source, field, theirs, column.dataType().simpleString());
      }
    } else if (source.odd().containsKey(theirs)) {
      refuseType(source, field, theirs, source.odd().get(theirs));
    } else if (!empty && (field.required() || !theirs.equals(field.name()))) {
      refuseMissing(source, field, theirs);
    }
  }

  private static void refuseType(Source source, Field field, String theirs, String type) {
    throw UserError.configuration(
        "corpus column %s of %s is of type %s: %s must be %s",
        theirs,
        source.where(),
        type,
        field.name(),
        field.type().equals(DataTypes.DoubleType) ? "a number" : "a text");
  }

  private void refuseMissing(Source source, Field field, String theirs) {
    List<String> has =
        Arrays.stream(source.rows().columns()).filter(name -> !INTERNAL.contains(name)).toList();
    boolean outputs =
        schema == CorpusSchema.PAIRWISE
            && field.name().equals(theirs)
            && has.contains("model")
            && has.contains("response");
    if (outputs) {
      throw UserError.configuration(
          "corpus %s holds single outputs (columns %s), not pairs: pair the outputs of two models to"
              + " each prompt first, into the columns sample_id, prompt, model_a, model_b,"
              + " response_a, response_b, or rate each output with assize.protocol = single",
          source.where(), String.join(", ", has));
    }
    throw UserError.configuration(
        "corpus %s lacks the column %s, a %s (it has %s): map it with assize.corpus.columns.%s",
        source.where(),
        theirs,
        field.type().equals(DataTypes.DoubleType) ? "number" : "text",
        String.join(", ", has),
        field.name());
  }

  private void collectRiders(Consumer<String> notes) {
    Set<String> mixed = new LinkedHashSet<>();
    for (Source source : sources) {
      for (StructField column : source.rows().schema().fields()) {
        String name = column.name();
        if (!INTERNAL.contains(name) && !found.containsValue(name)) {
          DataType known = riders.get(name);
          DataType both = known == null ? column.dataType() : Types.both(known, column.dataType());
          if (both == null) {
            mixed.add(name);
          }
          riders.put(name, both == null ? DataTypes.StringType : both);
        }
      }
    }
    Set<String> alike = Types.alike(riders.keySet(), Set.of()).keySet();
    riders.keySet().removeAll(alike);
    mixed.removeAll(alike);
    if (!alike.isEmpty()) {
      notes.accept("left out columns that differ in case only: " + String.join(", ", alike));
    }
    if (!mixed.isEmpty()) {
      notes.accept(
          "of different types in different files, so as text in the corpus: "
              + String.join(", ", mixed));
    }
  }

  private List<Column> select(Source source) {
    List<Column> columns = new ArrayList<>();
    // A source whose used columns are all without a value has no other problem.
    List<Column> problems = new ArrayList<>(List.of(nothing()));
    List<String> there = Arrays.asList(source.rows().columns());
    if (there.contains(Source.PROBLEM)) {
      problems.add(col(Source.PROBLEM));
    }
    for (Field field : schema.fields()) {
      StructField column = find(source, theirs(field));
      columns.add((column == null ? nothing() : text(column)).as(field.name()));
      if (column != null) {
        problems.add(when(broken(source, column), lit(field.name() + " is not UTF-8")));
      }
    }
    riders.forEach(
        (name, type) -> {
          StructField column = find(source, name);
          Column value = column == null ? lit(null).cast(type) : as(column, type);
          columns.add(value.as(rider(name)));
        });
    for (String name : List.of(Source.FILE, Source.LINE)) {
      columns.add((there.contains(name) ? col(name) : nothing()).as(name));
    }
    columns.add(coalesce(problems.toArray(new Column[0])).as(Source.PROBLEM));
    return columns;
  }

  private static Column text(StructField column) {
    Column value = quoted(column.name());
    if (column.dataType() instanceof BinaryType) {
      // Text of a fixed length is filled up with zeros.
      return regexp_replace(value.cast(DataTypes.StringType), "\u0000+$", "");
    }
    if (isFloating(column.dataType())) {
      Column whole = value.cast(DataTypes.LongType);
      return when(
              value.equalTo(floor(value)).and(value.between(-1e15, 1e15)),
              whole.cast(DataTypes.StringType))
          .otherwise(value.cast(DataTypes.StringType));
    }
    return value.cast(DataTypes.StringType);
  }

  private static Column broken(Source source, StructField column) {
    Column value = quoted(column.name());
    if (column.dataType() instanceof BinaryType) {
      return value.isNotNull().and(IS_TEXT.apply(value).equalTo(false));
    }
    // What Spark's CSV reader puts in the place of what is none.
    return source.text() ? value.contains("\uFFFD") : lit(false);
  }

  private static Column as(StructField column, DataType type) {
    Column value = quoted(column.name());
    if (column.dataType().equals(type)) {
      return value;
    }
    boolean nested = type.equals(DataTypes.StringType) && Types.isNested(column.dataType());
    return nested ? to_json(value) : value.cast(type);
  }

  /** A rider's name on the way, which nothing else has. */
  private String rider(String name) {
    return "__assize_rider_" + List.copyOf(riders.keySet()).indexOf(name);
  }

  /** A name that nothing has yet but for its case, and that it has then. */
  private static String free(String name, Set<String> taken) {
    String free = name;
    while (!taken.add(Types.folded(free))) {
      free = "source_" + free;
    }
    return free;
  }

  private static StructField find(Source source, String name) {
    for (StructField field : source.rows().schema().fields()) {
      if (field.name().equals(name)) {
        return field;
      }
    }
    return null;
  }

  private static boolean isFloating(DataType type) {
    return type instanceof DoubleType || type instanceof FloatType;
  }

  private static Column nothing() {
    return lit(null).cast(DataTypes.StringType);
  }

  private static boolean isUtf8(byte[] bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
