package io.assize.endtoend;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.assize.job.DemoCorpus;
import io.assize.testing.DemoJudge;
import io.assize.testing.FaultyProxy;
import io.assize.testing.LocalSpark;
import io.assize.testing.Programs;
import io.assize.testing.Programs.Ended;
import io.assize.testing.Programs.Running;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Corpus and tables on s3a://, against a server that speaks S3 on loopback. */
@Tag("end-to-end")
class ObjectStoreIT {
  private static final String SECRET = "a-secret-that-nobody-shall-read";

  /** Of a command: such a server takes its time over each of a thousand requests. */
  private static final Duration LIMIT = Duration.ofMinutes(12);

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir private Path dir;

  @Test
  void aCorpusOfSeveralObjectsIsJudgedAndItsTablesWritten() throws Exception {
    int port = Programs.freePort();
    try (Running server = store(dir, port)) {
      put(port, "bucket", null);
      put(port, "bucket/day=1/a.parquet", parquet("1", "2"));
      put(port, "bucket/day=2/b.parquet", parquet("3"));

      Ended ended = run(conf(port));
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(ended.out()).contains("3 rows read, 0 quarantined, 6 requests judged");
      String csv = get(port, "bucket/out/win_rates.csv");
      assertThat(csv)
          .startsWith("judge,scenario,model,opponent,n,wins")
          .contains("length,all,larch,all,3,3,0,0,1.0");
      assertThat(get(port, "bucket/out/verdicts.csv").lines().count()).isEqualTo(7);
      assertThat(ended.out() + ended.err()).doesNotContain(SECRET);

      Ended again = assize("judge", conf(port));
      assertThat(again.code()).as(again.err()).isZero();
      assertThat(again.out()).contains(" 0 requests judged").contains("6 reused");
    }
  }

  @Test
  void aModelOnTheStoreIsFetchedOnceAndJudges() throws Exception {
    int port = Programs.freePort();
    try (Running server = store(dir, port)) {
      put(port, "bucket", null);
      put(port, "bucket/day=1/a.parquet", parquet("1", "2"));
      try (var files = Files.list(Path.of("src/test/resources/golden/tiny-llama"))) {
        for (Path file : files.toList()) {
          put(port, "bucket/models/tiny/" + file.getFileName(), Files.readAllBytes(file));
        }
      }
      Path protocol =
          Files.writeString(
              dir.resolve("short.conf"),
              """
              name = short, kind = pairwise, decision = final_decision
              template = "{{ prompt }} 1: {{ response_1 }} 2: {{ response_2 }}"
              """);
      String[] settings = {
        "-D",
        "assize.protocol=\"" + protocol + "\"",
        "-D",
        "assize.judge={kind=djl,decision=forced,max_new_tokens=8,context_length=256,model=\"s3a://bucket/models/tiny\",model_cache=\""
            + dir.resolve("cache")
            + "\"}"
      };
      Ended ended = assize("judge", conf(port), settings);
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(ended.out()).contains("4 requests judged").contains("judge tiny");
      assertThat(ended.err()).contains("model s3a://bucket/models/tiny fetched into");
      assertThat(ended.out() + ended.err()).doesNotContain(SECRET);

      Ended again = assize("judge", conf(port), settings);
      assertThat(again.code()).as(again.err()).isZero();
      assertThat(again.err()).doesNotContain("fetched into");
      assertThat(again.out()).contains(" 0 requests judged");
    }
  }

  @Test
  void aStoreThatIsSlowAndRefusesForTwentySecondsLosesNothing() throws Exception {
    int port = Programs.freePort();
    try (Running server = store(dir, port);
        FaultyProxy faulty = new FaultyProxy(port)) {
      put(port, "bucket", null);
      Path demo = dir.resolve("demo");
      DemoCorpus.pairs(LocalSpark.session())
          .orderBy("sample_id")
          .limit(12)
          .coalesce(1)
          .write()
          .parquet(demo.toString());
      try (var files = Files.list(demo)) {
        Path file = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
        put(port, "bucket/day=1/a.parquet", Files.readAllBytes(file));
      }
      // What it read with what depends on how slow the store is; its figures are not to.
      String judge =
          "assize.judge={kind=djl,decision=forced,context_length=2048,slots=4,threads=1,deterministic=true,model=\"%s\"}"
              .formatted(DemoJudge.path());
      String[] settings = {
        "-D",
        judge,
        "-D",
        "assize.protocol=pairwise-brief",
        "-D",
        "assize.run.wave_seconds=3",
        "-D",
        "assize.run.partitions=8",
        "-D",
        "assize.output.corpus=false",
        "-D",
        "assize.run.progress_seconds=1"
      };
      Path calm =
          Files.writeString(
              dir.resolve("calm.conf"),
              "assize { corpus.path = \"%s\", output.dir = \"%s\" }"
                  .formatted(demo, dir.resolve("calm")));
      Ended undisturbed = assize("judge", calm, settings);
      assertThat(undisturbed.code()).as(undisturbed.err()).isZero();

      // Attempts and limits as Hadoop has them by default.
      faulty.delay(Duration.ofMillis(10));
      Path conf =
          conf(
              faulty.port(),
              "faulty",
              Map.of("fs.s3a.attempts.maximum", "20", "fs.s3a.retry.limit", "7"));
      Running run = Programs.start(dir, Programs.QUICK, line("judge", conf, settings));
      Programs.await(run, "judged [1-9]\\d* of 24", LIMIT);
      faulty.refuse(Duration.ofSeconds(20));
      Ended ended = Programs.end(run, LIMIT);
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(faulty.refused()).isPositive();
      assertThat(ended.out()).contains("24 requests judged").doesNotContain(SECRET);
      assertThat(verdicts(get(port, "bucket/faulty/verdicts.csv")))
          .hasSize(25)
          .isEqualTo(verdicts(Files.readString(dir.resolve("calm/verdicts.csv"))));
    }
  }

  @Test
  void aStoreThatIsNotThereIsOneClearLineWithoutTheSecret() throws IOException {
    Ended ended = run(conf(Programs.freePort()));
    assertThat(ended.code()).isIn(1, 2);
    assertThat(ended.err()).contains("assize: ").doesNotContain("\tat ").doesNotContain(SECRET);
  }

  /** A server that speaks S3. */
  private static Running store(Path logs, int port) {
    String program = Programs.VENV.resolve("bin/moto_server").toString();
    return Programs.serve(
        logs, Map.of(), port, List.of(program, "-H", "127.0.0.1", "-p", String.valueOf(port)));
  }

  /** The lines of a CSV of verdicts that were forced, without when and by which run. */
  private static List<String> verdicts(String csv) {
    List<String> names = List.of(csv.lines().findFirst().orElseThrow().split(","));
    return csv.lines()
        .map(
            line -> {
              List<String> cells = new ArrayList<>(List.of(line.split(",", -1)));
              cells.remove(names.indexOf("run_id"));
              cells.remove(names.indexOf("judged_at"));
              return String.join(",", cells);
            })
        .toList();
  }

  private Ended run(Path conf) {
    return assize("run", conf);
  }

  private Ended assize(String command, Path conf, String... more) {
    return Programs.run(dir, Programs.QUICK, LIMIT, line(command, conf, more));
  }

  private static List<String> line(String command, Path conf, String... more) {
    List<String> all = new ArrayList<>(List.of("scripts/assize", command, "-c", conf.toString()));
    all.addAll(List.of(more));
    return all;
  }

  private Path conf(int port) throws IOException {
    return conf(port, "out", Map.of());
  }

  private Path conf(int port, String out, Map<String, String> settings) throws IOException {
    StringBuilder spark = new StringBuilder();
    Map<String, String> all = new HashMap<>(store(port));
    all.putAll(settings);
    all.forEach(
        (key, value) -> spark.append("\"spark.hadoop.%s\" = \"%s\"\n".formatted(key, value)));
    return Files.writeString(
        dir.resolve(out + ".conf"),
        """
        assize {
          corpus.path = "s3a://bucket/day=*/*.parquet"
          judge.kind = length
          output.dir = "s3a://bucket/%s"
          spark {
            %s
          }
        }
        """
            .formatted(out, spark));
  }

  /** How Hadoop reaches the server. */
  private static Map<String, String> store(int port) {
    return Map.of(
        "fs.s3a.endpoint", "http://127.0.0.1:" + port,
        "fs.s3a.path.style.access", "true",
        "fs.s3a.access.key", "anybody",
        "fs.s3a.secret.key", SECRET,
        "fs.s3a.attempts.maximum", "1",
        "fs.s3a.retry.limit", "1");
  }

  private byte[] parquet(String... ids) throws IOException {
    Object[][] rows = new Object[ids.length][];
    for (int i = 0; i < ids.length; i++) {
      rows[i] = row(ids[i], "q" + ids[i], "larch", "maple", "one two", "one");
    }
    Dataset<Row> table =
        LocalSpark.table(
            "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
                + " response_b STRING",
            rows);
    Path folder = dir.resolve("parquet-" + ids[0]);
    table.coalesce(1).write().parquet(folder.toString());
    try (var files = Files.list(folder)) {
      return Files.readAllBytes(
          files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow());
    }
  }

  private static void put(int port, String path, byte[] body) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(uri(port, path))
            .PUT(
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofByteArray(body))
            .build();
    assertThat(HTTP.send(request, HttpResponse.BodyHandlers.ofString()).statusCode())
        .isEqualTo(200);
  }

  private static String get(int port, String path) throws IOException {
    Configuration settings = new Configuration();
    store(port).forEach(settings::set);
    org.apache.hadoop.fs.Path object = new org.apache.hadoop.fs.Path("s3a://" + path);
    try (FileSystem store = FileSystem.newInstance(object.toUri(), settings);
        InputStream in = store.open(object)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static URI uri(int port, String path) {
    return URI.create("http://127.0.0.1:" + port + "/" + path.replace("=", "%3D"));
  }
}
