package io.assize.cli.bench;

import io.assize.cli.GivenConfig;
import io.assize.cli.Output;
import io.assize.config.UserError;
import io.assize.spark.Sessions;
import io.assize.store.VerdictTable;
import io.assize.summary.SummaryOptions;
import io.assize.summary.SummaryTables;
import io.assize.table.TableStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench summary}: what the tables of many verdicts cost, beside other programs. */
@Command(
    name = "summary",
    description = "Generates verdicts of 200 models in 60 scenarios, and measures their tables.",
    mixinStandardHelpOptions = true)
final class SummaryCommand implements Callable<Integer> {
  private static final Pattern STEP = Pattern.compile("summarised: (.*) in ([0-9.]+) s");

  @Option(
      names = "--verdicts",
      paramLabel = "N",
      split = ",",
      defaultValue = "100000,1000000",
      description = "how many, two a pair; several by commas (default: ${DEFAULT-VALUE})")
  private List<Long> verdicts;

  @Option(
      names = "--replicates",
      paramLabel = "N",
      defaultValue = "1000",
      description = "of the bootstrap; 0: intervals by the sandwich (default: ${DEFAULT-VALUE})")
  private int replicates;

  @Option(
      names = "--peers",
      paramLabel = "NAME",
      split = ",",
      defaultValue = "duckdb,polars,arena-rank",
      description = "run beside, or none (default: ${DEFAULT-VALUE})")
  private List<String> peers;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      defaultValue = "bench-work/summary",
      description = "for corpora, tables and the peers' environment (default: ${DEFAULT-VALUE})")
  private Path work;

  @Mixin private GivenConfig given;
  @Mixin private Output output;

  /**
   * One size.
   *
   * @param steps what was done, with its seconds
   * @param seconds all tables
   * @param peakMb most resident memory so far of the JVM that is driver and executor
   * @param peerSeconds each peer's, without its start
   */
  record Result(
      long verdicts,
      Map<String, Double> steps,
      double seconds,
      double peakMb,
      Map<String, Double> peerSeconds) {}

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Result> results = new ArrayList<>();
    for (long count : verdicts) {
      results.add(measure(count));
    }
    output.print(Map.of("results", results), text(results));
    return 0;
  }

  private Result measure(long count) throws IOException, InterruptedException {
    Path data = work.resolve(String.valueOf(count));
    Map<String, Double> steps = new LinkedHashMap<>();
    double seconds;
    double peak;
    Map<String, String> settings = new LinkedHashMap<>(given.load().spark());
    settings.putIfAbsent("spark.sql.shuffle.partitions", "16");
    try (SparkSession spark = Sessions.open("bench summary", settings, Output::progress)) {
      if (!Files.exists(data.resolve("verdicts/_SUCCESS"))) {
        Output.progress(String.format(Locale.ROOT, "generating %d verdicts", count));
        GeneratedGames.write(spark, count / 2, data);
      }
      long start = System.nanoTime();
      SummaryOptions options =
          SummaryOptions.DEFAULT.withDraws(replicates > 0, Math.max(1000, replicates), 1);
      new SummaryTables(
              VerdictTable.read(spark, data.resolve("verdicts").toString()),
              spark.read().parquet(data.resolve("corpus").toString()),
              GeneratedGames.groups(),
              options,
              Map.of(),
              step -> {
                Output.progress(step);
                Matcher matcher = STEP.matcher(step);
                if (matcher.matches()) {
                  steps.put(matcher.group(1), Double.parseDouble(matcher.group(2)));
                }
              })
          .writeTo(new TableStore(spark, data.resolve("tables").toString()));
      seconds = (System.nanoTime() - start) / 1e9;
      peak = peakMb();
    }
    Map<String, Double> beside = new LinkedHashMap<>();
    for (String peer : peers) {
      if (!peer.equals("none")) {
        beside.put(peer, peer(peer, data));
      }
    }
    return new Result(count, steps, seconds, peak, beside);
  }

  private double peer(String peer, Path data) throws IOException, InterruptedException {
    Output.progress("running " + peer);
    PeerProcess ended =
        PeerProcess.run(
            "scripts/bench-summary-peer",
            peer,
            data.toString(),
            work.resolve("peers").toAbsolutePath().toString());
    if (ended.exitCode() != 0) {
      throw UserError.failure(
          "scripts/bench-summary-peer %s failed: its reason stands above", peer);
    }
    return ended.json().get("seconds").asDouble();
  }

  private static double peakMb() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6;
      }
    }
    return Double.NaN;
  }

  private static String text(List<Result> results) {
    StringBuilder text = new StringBuilder();
    for (Result r : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "%d verdicts: all tables in %.1f s, at most %.0f MB resident%n",
              r.verdicts(),
              r.seconds(),
              r.peakMb()));
      r.peerSeconds()
          .forEach(
              (peer, seconds) ->
                  text.append(
                      String.format(
                          Locale.ROOT,
                          "  %s: %.2f s for its part; ours takes %.1f times that%n",
                          peer,
                          seconds,
                          part(r.steps(), peer) / seconds)));
      text.append("  ").append(r.steps()).append('\n');
    }
    return text.toString();
  }

  /** The steps that do a peer's part: from files to win rates, or from games to ratings. */
  private static double part(Map<String, Double> steps, String peer) {
    return peer.equals("arena-rank")
        ? steps.get("ratings")
        : steps.get("games") + steps.get("sums");
  }
}
