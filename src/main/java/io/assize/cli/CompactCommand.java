package io.assize.cli;

import io.assize.spark.Sessions;
import io.assize.verdict.VerdictStore;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code compact}: fewer, larger files in a store of verdicts. */
@Command(
    name = "compact",
    description = "Puts the many small files of a store of verdicts together.",
    mixinStandardHelpOptions = true)
final class CompactCommand implements Callable<Integer> {
  @Option(
      names = "--store",
      required = true,
      paramLabel = "DIR",
      description = "the store, as OUT/verdicts")
  private String store;

  @Mixin private Output output;

  @Override
  public Integer call() {
    try (SparkSession spark = Sessions.open("compact", Map.of())) {
      VerdictStore.Compaction done = VerdictStore.openThere(spark, store).compact();
      output.print(
          done,
          "%d files of %s became %d".formatted(done.filesRemoved(), store, done.filesAdded()));
      return 0;
    }
  }
}
