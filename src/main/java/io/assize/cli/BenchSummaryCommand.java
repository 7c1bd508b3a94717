package io.assize.cli;

import static io.assize.table.ColumnNames.JUDGED_AT;
import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.RUN_ID;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.array_repeat;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.current_timestamp;
import static org.apache.spark.sql.functions.exp;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.spark.Sessions;
import io.assize.store.VerdictTable;
import io.assize.summary.SummaryOptions;
import io.assize.summary.SummaryTables;
import io.assize.table.TableStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench summary}: what the tables of many verdicts cost, beside other programs. */
@Command(
    name = "summary",
    description = "Generates verdicts of 200 models in 60 scenarios, and measures their tables.",
    mixinStandardHelpOptions = true)
final class BenchSummaryCommand implements Callable<Integer> {
  private static final int MODELS = 200;
  private static final int SCENARIOS = 60;
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
    output.print(Map.of("results", results), text.toString());
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
        generate(spark, count / 2, data);
      }
      long start = System.nanoTime();
      SummaryOptions options =
          SummaryOptions.DEFAULT.withDraws(replicates > 0, Math.max(1000, replicates), 1);
      new SummaryTables(
              VerdictTable.read(spark, data.resolve("verdicts").toString()),
              spark.read().parquet(data.resolve("corpus").toString()),
              groups(),
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
    Process process =
        new ProcessBuilder(
                "scripts/bench-summary-peer",
                peer,
                data.toString(),
                work.resolve("peers").toAbsolutePath().toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw UserError.failure(
          "scripts/bench-summary-peer %s failed: its reason stands above", peer);
    }
    JsonNode result = new ObjectMapper().readTree(out);
    return result.get("seconds").asDouble();
  }

  private static double peakMb() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Double.parseDouble(line.replaceAll("[^0-9]", "")) * 1024 / 1e6;
      }
    }
    return Double.NaN;
  }

  /** The steps that do a peer's part: from files to win rates, or from games to ratings. */
  private static double part(Map<String, Double> steps, String peer) {
    return peer.equals("arena-rank")
        ? steps.get("ratings")
        : steps.get("games") + steps.get("sums");
  }

  private static Map<String, String> groups() {
    Map<String, String> groups = new LinkedHashMap<>();
    for (int s = 0; s < SCENARIOS; s++) {
      groups.put("scenario " + s, "group " + s % 8);
    }
    return groups;
  }

  /** Pairs of random models, each with a prompt of its own; better models have smaller numbers. */
  private static void generate(SparkSession spark, long pairs, Path data) {
    Column id = col("id");
    Column a = pmod(xxhash64(id, lit(1)), lit(MODELS));
    Column b = pmod(a.plus(1).plus(pmod(xxhash64(id, lit(2)), lit(MODELS - 1))), lit(MODELS));
    Dataset<Row> games =
        spark
            .range(pairs)
            .withColumn("a", a)
            .withColumn("b", b)
            .withColumn(SAMPLE_ID, concat(lit("pair-"), id));
    games
        .select(
            col(SAMPLE_ID),
            concat(lit("prompt "), id).as("prompt"),
            concat(lit("model-"), col("a")).as(MODEL_A),
            concat(lit("model-"), col("b")).as(MODEL_B),
            words(pmod(xxhash64(id, lit(3)), lit(20))).as(RESPONSE_A),
            words(pmod(xxhash64(id, lit(4)), lit(20))).as(RESPONSE_B),
            concat(lit("scenario "), pmod(xxhash64(id, lit(5)), lit(SCENARIOS))).as("scenario"),
            when(pmod(xxhash64(id, lit(6)), lit(20)).equalTo(0), "a").as("label"))
        .write()
        .mode("overwrite")
        .parquet(data.resolve("corpus").toString());
    Column chance =
        lit(1.0).divide(lit(1.0).plus(exp(col("a").minus(col("b")).divide(MODELS / 2.0))));
    Column drawn = pmod(xxhash64(id, col("order")), lit(1000)).divide(1000.0);
    games
        .withColumn("order", explode(array(lit("ab"), lit("ba"))))
        .select(
            concat(col(SAMPLE_ID), col("order")).as(VERDICT_KEY),
            col(SAMPLE_ID),
            lit("pairwise").as("protocol"),
            col("order"),
            lit("generated").as("judge"),
            when(drawn.lt(chance.multiply(0.9)), "a")
                .when(drawn.lt(chance.multiply(0.9).plus(0.1)), "tie")
                .otherwise("b")
                .as("decision"),
            lit(null).cast("double").as(PROBABILITY_A),
            lit(null).cast("double").as("rating"),
            lit(null).cast("string").as("critique"),
            lit("ok").as("status"),
            lit(null).cast("string").as("error"),
            lit(0).as("prompt_tokens"),
            lit(0).as("generated_tokens"),
            lit(null).cast("string").as("finish_reason"),
            current_timestamp().as(JUDGED_AT),
            lit("generated").as(RUN_ID))
        .write()
        .mode("overwrite")
        .parquet(data.resolve("verdicts").toString());
  }

  private static Column words(Column count) {
    return array_join(array_repeat(lit("- word"), count.plus(1).cast("int")), "\n");
  }
}
