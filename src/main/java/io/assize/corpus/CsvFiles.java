package io.assize.corpus;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.input_file_name;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.assize.config.UserError;
import io.assize.corpus.CorpusFiles.DataFile;
import io.assize.spark.base.Internals;
import io.assize.spark.base.Paths;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.io.compress.CompressionCodec;
import org.apache.hadoop.io.compress.CompressionCodecFactory;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Reads CSV (RFC 4180, UTF-8) with a header: files of equal headers together, all values as texts,
 * an empty cell without quotes as null. A row of too few or too many cells has a problem.
 */
final class CsvFiles {
  /** Of a header, in characters: what is longer is no CSV. */
  private static final int LONGEST_HEADER = 1 << 20;

  private final SparkSession reading;
  private final Set<String> used;
  private final Consumer<String> notes;

  CsvFiles(SparkSession reading, Set<String> used, Consumer<String> notes) {
    this.reading = reading;
    this.used = used;
    this.notes = notes;
  }

  List<Source> read(List<DataFile> files) {
    Configuration hadoop = Internals.hadoop(reading);
    Map<List<String>, List<DataFile>> byHeader = new LinkedHashMap<>();
    for (DataFile file : files) {
      byHeader
          .computeIfAbsent(header(new Path(file.path()), hadoop), h -> new ArrayList<>())
          .add(file);
    }
    List<Source> sources = new ArrayList<>();
    byHeader.forEach((header, alike) -> sources.add(source(header, alike)));
    return sources;
  }

  private Source source(List<String> header, List<DataFile> files) {
    StructType schema = new StructType();
    for (int i = 0; i < header.size(); i++) {
      schema = schema.add("c" + i, DataTypes.StringType);
    }
    String[] paths = files.stream().map(DataFile::path).toArray(String[]::new);
    Dataset<Row> rows =
        Paths.reader(reading)
            .schema(schema.add(Source.LINE, DataTypes.StringType))
            .option("columnNameOfCorruptRecord", Source.LINE)
            .option("header", true)
            .option("multiLine", true)
            .option("escape", "\"")
            // What no cell is, so that "" stays an empty text and only a cell without quotes is
            // null.
            .option("nullValue", "\u0000")
            .option("mode", "PERMISSIVE")
            .csv(paths);
    Map<String, String> odd = Types.alike(header, used);
    refuseTwice(header, paths[0]);
    if (!odd.isEmpty()) {
      notes.accept("left out columns that differ in case only: " + String.join(", ", odd.keySet()));
    }
    List<Column> columns = new ArrayList<>();
    Set<String> taken = new HashSet<>(odd.keySet());
    for (int i = 0; i < header.size(); i++) {
      if (taken.add(header.get(i))) {
        columns.add(col("c" + i).as(header.get(i)));
      }
    }
    columns.add(input_file_name().as(Source.FILE));
    columns.add(col(Source.LINE));
    columns.add(
        when(
                col(Source.LINE).isNotNull(),
                lit(
                    String.format(
                        Locale.ROOT, "the row has not the %d cells of the header", header.size())))
            .as(Source.PROBLEM));
    Dataset<Row> named = rows.select(columns.toArray(new Column[0]));
    return new Source(Partitions.columns(named, files), paths[0], Set.of(), odd, true);
  }

  private void refuseTwice(List<String> header, String file) {
    for (String name : used) {
      if (header.indexOf(name) != header.lastIndexOf(name)) {
        throw UserError.configuration(
            "corpus file %s has two columns %s: name one of them otherwise", file, name);
      }
    }
  }

  private static List<String> header(Path path, Configuration hadoop) {
    CompressionCodec codec = new CompressionCodecFactory(hadoop).getCodec(path);
    try (InputStream raw = path.getFileSystem(hadoop).open(path);
        InputStream in = codec == null ? raw : codec.createInputStream(raw);
        Reader text = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      List<String> names = cells(text);
      for (int i = 0; i < names.size(); i++) {
        if (names.get(i).isEmpty()) {
          names.set(i, "_c" + i);
        }
      }
      return List.copyOf(names);
    } catch (IOException e) {
      throw UserError.configuration("corpus file %s cannot be read: %s", path, e.getMessage());
    }
  }

  /** The cells of the first record. */
  private static List<String> cells(Reader text) throws IOException {
    List<String> cells = new ArrayList<>();
    StringBuilder cell = new StringBuilder();
    boolean quoted = false;
    boolean first = true;
    for (int n = 0; n < LONGEST_HEADER; n++) {
      int c = text.read();
      if (c < 0) {
        break;
      }
      if (first && c == '\uFEFF') {
        continue;
      }
      first = false;
      if (c == '"') {
        // A doubled quote switches twice, and stands for one.
        text.mark(1);
        boolean doubled = quoted && text.read() == '"';
        if (doubled) {
          cell.append('"');
        } else {
          if (quoted) {
            text.reset();
          }
          quoted = !quoted;
        }
      } else if (!quoted && c == ',') {
        cells.add(cell.toString());
        cell.setLength(0);
      } else if (!quoted && (c == '\n' || c == '\r')) {
        break;
      } else {
        cell.append((char) c);
      }
    }
    cells.add(cell.toString());
    return cells;
  }
}
