package io.assize.endtoend;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;

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

      Ended again = run(conf(port));
      assertThat(again.code()).isEqualTo(2);
      assertThat(again.err()).contains("s3a://bucket/out holds verdicts already");
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
        "assize.output.overwrite=true",
        "-D",
        "assize.judge={kind=djl,decision=forced,max_new_tokens=8,context_length=256,model=\"s3a://bucket/models/tiny\",model_cache=\""
            + dir.resolve("cache")
            + "\"}"
      };
      Ended ended = run(conf(port), settings);
      assertThat(ended.code()).as(ended.err()).isZero();
      assertThat(ended.out()).contains("4 requests judged").contains("judge tiny");
      assertThat(ended.err()).contains("model s3a://bucket/models/tiny fetched into");
      assertThat(ended.out() + ended.err()).doesNotContain(SECRET);

      Ended again = run(conf(port), settings);
      assertThat(again.code()).as(again.err()).isZero();
      assertThat(again.err()).doesNotContain("fetched into");
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

  private Ended run(Path conf, String... more) {
    List<String> command = new ArrayList<>(List.of("scripts/assize", "run", "-c", conf.toString()));
    command.addAll(List.of(more));
    return Programs.run(dir, Map.of(), Duration.ofMinutes(4), command);
  }

  private Path conf(int port) throws IOException {
    StringBuilder spark = new StringBuilder();
    store(port)
        .forEach(
            (key, value) -> spark.append("\"spark.hadoop.%s\" = \"%s\"\n".formatted(key, value)));
    return Files.writeString(
        dir.resolve("s3.conf"),
        """
        assize {
          corpus.path = "s3a://bucket/day=*/*.parquet"
          judge.kind = length
          output.dir = "s3a://bucket/out"
          spark {
            %s
          }
        }
        """
            .formatted(spark));
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
      rows[i] = row(ids[i], "q", "larch", "maple", "one two", "one");
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
