package io.assize.corpus;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/** Columns that stand in the names of folders, as Hive writes them: {@code scenario=code/…}. */
final class Partitions {
  private static final String NULL = "__HIVE_DEFAULT_PARTITION__";

  private Partitions() {}

  /**
   * Name → value, which may be null.
   *
   * @param path of a file
   * @param depth folders above those that count
   */
  static Map<String, String> of(String path, int depth) {
    Map<String, String> columns = new LinkedHashMap<>();
    String[] names = new Path(path).toUri().getPath().split("/", -1);
    // names[0] is what stands before the first /.
    for (int i = depth + 1; i < names.length - 1; i++) {
      int equals = names[i].indexOf('=');
      if (equals > 0) {
        String value = unescaped(names[i].substring(equals + 1));
        columns.put(unescaped(names[i].substring(0, equals)), value.equals(NULL) ? null : value);
      }
    }
    return columns;
  }

  /** The same for all columns that the folders of some of the files have. */
  static Dataset<Row> columns(Dataset<Row> rows, List<CorpusFiles.DataFile> files) {
    Map<String, Integer> depths = new LinkedHashMap<>();
    for (CorpusFiles.DataFile file : files) {
      file.partitionColumns().forEach(name -> depths.putIfAbsent(name, file.depth()));
    }
    Dataset<Row> all = rows;
    for (Map.Entry<String, Integer> column : depths.entrySet()) {
      all = columns(all, List.of(column.getKey()), column.getValue());
    }
    return all;
  }

  /** Rows with the columns of their files' folders; a column that the files have stays. */
  static Dataset<Row> columns(Dataset<Row> rows, List<String> names, int depth) {
    Dataset<Row> all = rows;
    for (String name : names) {
      if (!Arrays.asList(rows.columns()).contains(name)) {
        UserDefinedFunction value =
            udf(
                (UDF1<String, String>) file -> of(decoded(file), depth).get(name),
                DataTypes.StringType);
        all = all.withColumn(name, value.apply(col(Source.FILE)));
      }
    }
    return all;
  }

  /** The path that Spark's {@code input_file_name()}, an address with escapes, stands for. */
  static String decoded(String address) {
    if (address == null || address.isEmpty()) {
      return null;
    }
    try {
      return new Path(new URI(address)).toString();
    } catch (URISyntaxException | IllegalArgumentException e) {
      return address;
    }
  }

  private static String unescaped(String name) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    byte[] in = name.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < in.length; i++) {
      int high = i + 2 < in.length ? Character.digit(in[i + 1], 16) : -1;
      int low = i + 2 < in.length ? Character.digit(in[i + 2], 16) : -1;
      if (in[i] == '%' && high >= 0 && low >= 0) {
        bytes.write(high * 16 + low);
        i += 2;
      } else {
        bytes.write(in[i]);
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
