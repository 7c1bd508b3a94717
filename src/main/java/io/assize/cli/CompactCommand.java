package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.spark.Sessions;
import io.assize.store.VerdictStore;
import java.util.Locale;
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
  @Option(names = "--store", paramLabel = "DIR", description = "the store, as OUT/verdicts")
  private String folder;

  @Mixin private GivenConfig given;
  @Mixin private Output output;

  @Override
  public Integer call() {
    AssizeConfig config = given.flag("assize.store.path", folder, "--store").load();
    String store = config.store().pathIn(config.output().dir());
    try (SparkSession spark = Sessions.open("compact", config.spark(), Output::progress)) {
      VerdictStore.Compaction done = VerdictStore.openThere(spark, store).compact();
      output.print(
          done,
          Map.of("store", store),
          String.format(
              Locale.ROOT,
              "%d files of %s became %d",
              done.filesRemoved(),
              store,
              done.filesAdded()));
      return 0;
    }
  }
}
