package io.assize.corpus;

import io.assize.spark.base.ParquetTypes;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.types.DataType;

/**
 * What a Parquet file says of itself.
 *
 * @param columns in the file's order
 * @param problem why the file cannot be read; null where it can
 */
record ParquetFooter(CorpusFiles.DataFile file, List<Column> columns, String problem)
    implements Serializable {

  /**
   * A column at the top of the schema.
   *
   * @param type as Spark reads it; null where Spark's reader does not know it
   * @param stored as the file has it, for messages
   * @param empty whether it surely has no value in this file
   */
  record Column(String name, DataType type, String stored, boolean empty) implements Serializable {}

  /** Reads a file's end; whatever is wrong with it becomes the problem. */
  static ParquetFooter read(CorpusFiles.DataFile file, Configuration hadoop) {
    Path path = new Path(file.path());
    try (ParquetFileReader reader =
        ParquetFileReader.open(HadoopInputFile.fromPath(path, hadoop))) {
      ParquetMetadata footer = reader.getFooter();
      return new ParquetFooter(file, columns(footer), unknownCodec(footer, hadoop));
    } catch (IOException | RuntimeException e) {
      return new ParquetFooter(file, List.of(), problem(path, hadoop, e));
    }
  }

  private static String problem(Path path, Configuration hadoop, Exception e) {
    String message = String.valueOf(e.getMessage());
    if (message.contains("parquet.format.LogicalType")) {
      // The library fails on the whole file, and so would Spark.
      return "has a column of a type that this Spark's Parquet library is too old to know, such as"
          + " float16: write it again without the column, or as another type";
    }
    if (!message.contains("not a Parquet file")) {
      return "cannot be read as Parquet: " + message.lines().findFirst().orElse("");
    }
    try {
      return "is not Parquet: " + CorpusFiles.looksLike(path.getFileSystem(hadoop), path);
    } catch (IOException again) {
      return "is not Parquet";
    }
  }

  private static String unknownCodec(ParquetMetadata footer, Configuration hadoop) {
    Set<CompressionCodecName> codecs = new HashSet<>();
    for (BlockMetaData block : footer.getBlocks()) {
      block.getColumns().forEach(chunk -> codecs.add(chunk.getCodec()));
    }
    for (CompressionCodecName codec : codecs) {
      String name = codec.getHadoopCompressionCodecClassName();
      if (name != null && hadoop.getClassByNameOrNull(name) == null) {
        return String.format(
            Locale.ROOT,
            "is compressed with %s, for which this Spark has no codec: write it again with zstd or snappy",
            codec.name().toLowerCase(Locale.ROOT));
      }
    }
    return null;
  }

  private static List<Column> columns(ParquetMetadata footer) {
    MessageType schema = footer.getFileMetaData().getSchema();
    ParquetTypes types = new ParquetTypes();
    Set<String> valued = valued(footer);
    List<Column> columns = new ArrayList<>();
    for (Type field : schema.getFields()) {
      columns.add(
          new Column(
              field.getName(),
              types.of(schema.getName(), field).orElse(null),
              field.toString().replaceAll("\\s+", " "),
              !valued.contains(field.getName())));
    }
    return List.copyOf(columns);
  }

  /** The columns that may have a value somewhere. */
  private static Set<String> valued(ParquetMetadata footer) {
    Set<String> valued = new HashSet<>();
    for (BlockMetaData block : footer.getBlocks()) {
      for (ColumnChunkMetaData chunk : block.getColumns()) {
        Statistics<?> statistics = chunk.getStatistics();
        boolean nulls =
            statistics != null
                && statistics.isNumNullsSet()
                && statistics.getNumNulls() == chunk.getValueCount();
        if (!nulls) {
          valued.add(chunk.getPath().toArray()[0]);
        }
      }
    }
    return valued;
  }
}
