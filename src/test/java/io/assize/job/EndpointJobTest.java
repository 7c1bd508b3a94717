package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.Secrets;
import io.assize.config.UserError;
import io.assize.testing.ChatServer;
import io.assize.testing.LocalSpark;
import io.assize.testing.Programs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run whose judge is behind an endpoint, when the endpoint is not what it should be. */
class EndpointJobTest {
  private static final String KEY = "sk-sesame/open+7f3a";
  private static final String PASSWORD = "pa55/word-open";
  private static final String OTHER = "s3-secret-of-nobody";

  @TempDir private Path dir;

  @Test
  void aDeadEndpointIsSaidAtOnceAndStopsTheRunWithOneLine() {
    corpus(40);
    String url = "http://127.0.0.1:" + Programs.freePort() + "/v1";
    AssizeConfig config =
        AssizeConfig.parse(hocon(url, "attempts = 2, backoff_millis = 1"), Map.of());
    List<String> said = new ArrayList<>();
    EvaluationJob job = new EvaluationJob(LocalSpark.session(), config, said::add);
    assertThatThrownBy(job::run)
        .isInstanceOfSatisfying(UserError.class, error -> assertThat(error.exitCode()).isEqualTo(1))
        .hasMessageContaining("the connection is refused")
        .hasMessageContaining("what was committed is kept");
    assertThat(said.get(0)).contains(url).contains("cannot be reached from here");
  }

  @Test
  void anEndpointThatDiesLeavesWhatWasJudgedAndARunGoesOnFromThere() {
    corpus(40);
    AtomicInteger left = new AtomicInteger(20);
    try (ChatServer server =
        new ChatServer(
            exchange -> {
              if (left.getAndDecrement() > 0) {
                ChatServer.say(exchange, "The final decision is Response 1");
              } else {
                ChatServer.answer(exchange, 401, "the key has run out");
              }
            })) {
      AssizeConfig config = AssizeConfig.parse(hocon(server.url(), "concurrency = 1"), Map.of());
      EvaluationJob job = new EvaluationJob(LocalSpark.session(), config, line -> {});
      assertThatThrownBy(job::run).hasMessageContaining("answered 401: the key has run out");
      int asked = server.asked().size();
      left.set(1_000);
      RunResult result = new EvaluationJob(LocalSpark.session(), config, line -> {}).judgeOnly();
      assertThat(result.failed()).isZero();
      assertThat(result.requests()).isEqualTo(80);
      assertThat(server.asked().size()).isLessThanOrEqualTo(asked + 80);
    }
  }

  @Test
  void anEndpointThatCannotSayHowItIsAskedStopsTheRunBeforeItsKeysAreMade() {
    corpus(2);
    String url = "http://127.0.0.1:" + Programs.freePort() + "/v1";
    AssizeConfig config =
        AssizeConfig.parse(hocon(url, "attempts = 2"), Map.of("assize.judge.decision", "critique"));
    assertThatThrownBy(
            () -> new EvaluationJob(LocalSpark.session(), config, line -> {}).judgeOnly())
        .isInstanceOfSatisfying(UserError.class, error -> assertThat(error.exitCode()).isEqualTo(1))
        .hasMessageContaining("does not say from here how it can be asked")
        .hasMessageContaining("the connection is refused");
    assertThat(dir.resolve("out/verdicts")).doesNotExist();
  }

  @Test
  void aCritiqueWhoseQuestionFailsStandsInItsRow() {
    corpus(2);
    try (ChatServer server =
        ChatServer.of(
            (path, body) ->
                path.endsWith("/models")
                    ? new ChatServer.Said(200, "{\"data\": [{\"owned_by\": \"vllm\"}]}")
                    : body.contains("prompt_logprobs")
                        ? new ChatServer.Said(400, "prompt_logprobs are off here")
                        : new ChatServer.Said(
                            200,
                            "{\"choices\": [{\"message\": {\"content\": \"Both are good.\"}}]}"))) {
      AssizeConfig config =
          AssizeConfig.parse(
              hocon(server.url(), "concurrency = 1"),
              Map.of("assize.judge.decision", "critique", "assize.run.max_failed_share", "1"));
      new EvaluationJob(LocalSpark.session(), config, line -> {}).judgeOnly();
    }
    List<Row> verdicts =
        LocalSpark.session()
            .read()
            .format("delta")
            .load(dir.resolve("out/verdicts").toString())
            .collectAsList();
    assertThat(verdicts)
        .hasSize(4)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("status")).isEqualTo("engine_error");
              assertThat(row.<String>getAs("critique")).isEqualTo("Both are good.");
              assertThat(row.<String>getAs("error")).contains("prompt_logprobs are off here");
            });
  }

  @Test
  void recordedNumbersThatAreNoneFailTheirRows() {
    corpus(4);
    LocalSpark.table(
            "sample_id STRING, `order` STRING, output STRING, decision STRING,"
                + " probability_a DOUBLE, rating DOUBLE",
            row("0", "ab", null, "a", Double.NaN, null),
            row("1", "ab", null, "a", 1.5, null),
            row("2", "ab", null, "first", 0.5, null),
            row("3", "ab", null, "b", 0.25, null))
        .write()
        .parquet(dir.resolve("recorded").toString());
    AssizeConfig config =
        AssizeConfig.parse(
            """
            assize { corpus.path = "%s", output.dir = "%s", orders = ab
              judge { kind = replay, recordings = "%s" } }
            """
                .formatted(dir.resolve("in"), dir.resolve("out"), dir.resolve("recorded")),
            Map.of());
    new EvaluationJob(LocalSpark.session(), config, line -> {}).judgeOnly();
    List<Row> verdicts =
        LocalSpark.session()
            .read()
            .format("delta")
            .load(dir.resolve("out/verdicts").toString())
            .filter("status = 'ok' OR run_id IS NOT NULL")
            .dropDuplicates("sample_id")
            .orderBy("sample_id")
            .collectAsList();
    assertThat(verdicts)
        .extracting(r -> r.<String>getAs("status"))
        .containsExactly("engine_error", "engine_error", "engine_error", "ok");
    assertThat(verdicts.get(0).<String>getAs("error")).contains("the probability is NaN");
    assertThat(verdicts.get(1).<String>getAs("error")).contains("not from 0 to 1");
    assertThat(verdicts.get(2).<String>getAs("error")).contains("none of a, b, tie");
  }

  @Test
  void noFileNoTableAndNoLogOfARunHoldsASecret() throws IOException {
    corpus(6);
    AtomicInteger calls = new AtomicInteger();
    try (ChatServer server =
        new ChatServer(
            exchange -> {
              String told = exchange.getRequestHeaders().getFirst("Authorization");
              if (calls.getAndIncrement() % 2 == 0) {
                ChatServer.say(exchange, "The final decision is Response 1, says " + told);
              } else {
                ChatServer.answer(exchange, 400, "{\"you\": \"" + told + "\"}");
              }
            })) {
      String encoded = URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8);
      String url = server.url().replace("//", "//user:" + encoded + "@");
      Path events = Files.createDirectories(dir.resolve("events"));
      Path conf = Files.createDirectories(dir.resolve("private")).resolve("run.conf");
      String settings =
          """
          assize.run.max_failed_share = 1
          assize.spark {
            "spark.master" = "local[2]", "spark.eventLog.enabled" = true
            "spark.eventLog.dir" = "%s", "spark.executorEnv.SESAME" = "%s"
            "spark.hadoop.fs.s3a.secret.key" = "%s"
          }
          """
              .formatted(events.toUri(), KEY, OTHER);
      Files.writeString(
          conf, hocon("http://x/v1", "key_variable = SESAME, attempts = 1") + settings);
      Programs.Ended ended =
          Programs.run(
              dir.resolve("logs"),
              Map.of("SESAME", KEY),
              Duration.ofMinutes(5),
              java(
                  "-Dassize.log=" + dir.resolve("logs/assize.log"),
                  "run",
                  "-c",
                  conf.toString(),
                  "-D",
                  "assize.judge.http.url=" + url));
      assertThat(ended.err()).contains("the engine failed on");
      assertThat(ended.code()).isZero();
    }
    List<String> secrets =
        List.of(
            KEY,
            URLEncoder.encode(KEY, StandardCharsets.UTF_8),
            PASSWORD,
            URLEncoder.encode(PASSWORD, StandardCharsets.UTF_8),
            Secrets.basic("user", PASSWORD),
            OTHER);
    int seen = 0;
    for (Path file : files(dir)) {
      if (!file.startsWith(dir.resolve("private"))) {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(secrets).as(file.toString()).noneMatch(text::contains);
        seen++;
      }
    }
    assertThat(seen).isGreaterThan(10);
    assertThat(Files.readString(dir.resolve("out/verdicts.csv"))).contains("***");
    assertThat(files(dir.resolve("events"))).isNotEmpty();
    assertThat(dir.resolve("logs/assize.log")).isNotEmptyFile();
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** The command line in a JVM of its own, with this one's classes and openings. */
  private static List<String> java(String log, String... arguments) {
    List<String> command =
        new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin/java").toString()));
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens") || argument.startsWith("-XX:"))
        .forEach(command::add);
    command.addAll(
        List.of(
            "-Dlog4j2.configurationFile=io/assize/log4j2.properties",
            log,
            "-cp",
            System.getProperty("java.class.path"),
            "io.assize.cli.Assize"));
    command.addAll(List.of(arguments));
    return command;
  }

  private void corpus(int rows) {
    Dataset<Row> pairs =
        LocalSpark.table(
            "sample_id STRING, prompt STRING, model_a STRING, model_b STRING,"
                + " response_a STRING, response_b STRING",
            IntStream.range(0, rows)
                .mapToObj(i -> row("" + i, "q" + i, "larch", "maple", "one", "two"))
                .toArray(Object[][]::new));
    pairs.write().parquet(dir.resolve("in").toString());
  }

  private String hocon(String url, String http) {
    return """
        assize { corpus.path = "%s", output.dir = "%s"
          judge { kind = http, model = m, decision = text, http { url = "%s", %s } } }
        """
        .formatted(dir.resolve("in"), dir.resolve("out"), url, http);
  }
}
