package io.assize.corpus;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.not;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.corpus.CorpusFiles.DataFile;
import io.assize.spark.base.Paths;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Reads JSON lines: a column for each key of the objects, all of them texts (of a number its digits
 * as they stand, of an object or a list its JSON). A line that is no object is a row with a
 * problem.
 */
final class JsonLines {
  /** Of more different keys, only those that are used become columns. */
  private static final int MOST_KEYS = 1000;

  private static final JsonFactory JSON =
      new ObjectMapper()
          .getFactory()
          .rebuild()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .build()
          .setCodec(new ObjectMapper());

  private final SparkSession reading;
  private final Set<String> used;
  private final Consumer<String> notes;

  JsonLines(SparkSession reading, Set<String> used, Consumer<String> notes) {
    this.reading = reading;
    this.used = used;
    this.notes = notes;
  }

  Source read(List<DataFile> files) {
    String[] paths = files.stream().map(DataFile::path).toArray(String[]::new);
    Dataset<Row> lines =
        Paths.reader(reading)
            .option("lineSep", "\n")
            .text(paths)
            .filter(not(col("value").rlike("^\uFEFF?\\s*$")))
            .select(col("value").cast(DataTypes.BinaryType), input_file_name());
    Set<String> keys = keys(lines);
    Map<String, String> odd = Types.alike(keys, used);
    keys.removeAll(odd.keySet());
    if (!odd.isEmpty()) {
      notes.accept("left out columns that differ in case only: " + String.join(", ", odd.keySet()));
    }
    List<String> names = List.copyOf(keys);
    Dataset<Row> rows = lines.map(parser(names), Encoders.row(schema(names)));
    return new Source(Partitions.columns(rows, files), paths[0], Set.of(), odd, true);
  }

  private static StructType schema(List<String> names) {
    StructType schema = new StructType();
    for (String name : names) {
      schema = schema.add(name, DataTypes.StringType);
    }
    return schema
        .add(Source.FILE, DataTypes.StringType)
        .add(Source.LINE, DataTypes.StringType)
        .add(Source.PROBLEM, DataTypes.StringType);
  }

  private Set<String> keys(Dataset<Row> lines) {
    MapPartitionsFunction<Row, String> find =
        rows -> {
          Set<String> keys = new LinkedHashSet<>();
          while (rows.hasNext() && keys.size() <= MOST_KEYS) {
            keys.addAll(parse(rows.next().getAs(0)).values.keySet());
          }
          return keys.iterator();
        };
    Set<String> keys =
        new TreeSet<>(
            lines
                .mapPartitions(find, Encoders.STRING())
                .distinct()
                .limit(MOST_KEYS + 1)
                .collectAsList());
    if (keys.size() > MOST_KEYS) {
      notes.accept(
          String.format(
              Locale.ROOT,
              "the corpus's JSON has more than %d keys: those that are not used are left out",
              MOST_KEYS));
      return new TreeSet<>(used);
    }
    return keys;
  }

  private static MapFunction<Row, Row> parser(List<String> names) {
    return row -> {
      Line line = parse(row.getAs(0));
      Object[] values = new Object[names.size() + 3];
      for (int i = 0; i < names.size(); i++) {
        values[i] = line.values.get(names.get(i));
      }
      values[names.size()] = row.getAs(1);
      values[names.size() + 1] =
          line.problem == null ? null : new String(row.<byte[]>getAs(0), StandardCharsets.UTF_8);
      values[names.size() + 2] = line.problem;
      return RowFactory.create(values);
    };
  }

  /** A line's keys with their values as texts, null for null; or its problem. */
  private record Line(Map<String, String> values, String problem) {}

  private static Line parse(byte[] line) {
    Map<String, String> values = new HashMap<>();
    try (JsonParser parser = JSON.createParser(line)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return new Line(Map.of(), "the line is JSON, but no object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String key = parser.getCurrentName();
        JsonToken token = parser.nextToken();
        values.put(key, text(parser, token));
      }
      return parser.nextToken() == null
          ? new Line(values, null)
          : new Line(Map.of(), "the line holds more than one JSON object");
    } catch (JsonProcessingException e) {
      return new Line(
          Map.of(),
          "the line is no JSON object: " + e.getOriginalMessage().lines().findFirst().orElse(""));
    } catch (IOException e) {
      return new Line(Map.of(), "the line is not UTF-8");
    }
  }

  private static String text(JsonParser parser, JsonToken token) throws IOException {
    if (token == JsonToken.VALUE_NULL) {
      return null;
    }
    return token.isStructStart() ? parser.readValueAsTree().toString() : parser.getText();
  }
}
