package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.store.VerdictStore;
import io.assize.testing.ChatServer;
import io.assize.testing.ChatServer.Said;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Judging by files makes the verdicts that asking at once makes. */
class RequestsJobTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int PAIRS = 12;

  @TempDir private Path dir;

  private final List<String> said = new ArrayList<>();

  @Test
  void filesGiveTheVerdictsOfAskingAtOnceAndTheRunAfterThemAsksNobody() throws IOException {
    corpus();
    List<String> live;
    try (ChatServer server = ChatServer.of((path, body) -> endpoint(body))) {
      new EvaluationJob(LocalSpark.session(), config("live", server.url()), line -> {}).judgeOnly();
      live = verdicts("live");
    }
    assertThat(live).hasSize(2 * PAIRS).anyMatch(row -> row.contains("\"forced\""));

    AssizeConfig config = config("files", "http://127.0.0.1:9/v1");
    RequestsJob job = job(config);
    RequestsJob.Exported out = job.export(dir.resolve("one").toString(), 5, 1 << 20, List.of());
    assertThat(out.requests()).isEqualTo(2 * PAIRS);
    assertThat(out.files()).hasSize(5).startsWith("requests-00001.jsonl");
    answer(dir.resolve("one"), dir.resolve("back/one.jsonl"));
    String back = dir.resolve("back").toString();
    RequestsJob.Imported first = job(config).take(List.of(back));
    assertThat(first.answers()).isEqualTo(2 * PAIRS);
    assertThat(first.undecided()).isPositive();
    assertThat(first.judged() + first.undecided()).isEqualTo(2 * PAIRS);
    assertThat(first.pending()).isEqualTo(first.undecided());

    out = job(config).export(dir.resolve("two").toString(), 50, 1 << 20, List.of(back));
    assertThat(out.requests()).isEqualTo(first.undecided());
    answer(dir.resolve("two"), dir.resolve("back/two.jsonl"));
    RequestsJob.Imported second = job(config).take(List.of(back));
    assertThat(second.judged()).isEqualTo(first.undecided());
    assertThat(second.known()).isEqualTo(first.judged());
    assertThat(second.pending()).isZero();
    assertThat(verdicts("files")).isEqualTo(live);

    RunResult run = new EvaluationJob(LocalSpark.session(), config, line -> {}).judgeOnly();
    assertThat(run.judged()).isZero();
    assertThat(run.reused()).isEqualTo(2 * PAIRS);
  }

  @Test
  void whatFailedIsKeptWithItsReasonAndIsStillToBeJudged() throws IOException {
    corpus();
    AssizeConfig config = config("failed", "http://127.0.0.1:9/v1");
    Path one = dir.resolve("one");
    job(config).export(one.toString(), 50, 1 << 20, List.of());
    List<String> lines = Files.readAllLines(one.resolve("requests-00001.jsonl"));
    List<String> answers = new ArrayList<>();
    answers.add(
        output(lines.get(0), 400, "{\"error\": {\"message\": \"content_filter was triggered\"}}"));
    answers.add(
        output(
            lines.get(1),
            400,
            "{\"error\": {\"message\": \"This model's maximum context length is 8 tokens\"}}"));
    answers.add(
        """
        {"id": "b", "custom_id": %s, "response": null,
         "error": {"code": "batch_expired", "message": "This request could not be executed"}}"""
            .formatted(JSON.readTree(lines.get(2)).get("custom_id"))
            .replace("\n", ""));
    answers.add(output(lines.get(3).replace("\"custom_id\":\"", "\"custom_id\":\"x"), 200, "{}"));
    answers.add("{\"custom_id\": \"cut off in the mid");
    // The same request once more, and well this time.
    Said well = endpoint(JSON.readTree(lines.get(2)).get("body").toString());
    Files.createDirectories(dir.resolve("back"));
    Path back = Files.write(dir.resolve("back/a.jsonl"), answers);
    RequestsJob.Imported first = job(config).take(List.of(back.toString()));
    assertThat(first.answers()).isEqualTo(4);
    assertThat(first.failed()).isEqualTo(3);
    assertThat(first.foreign()).isEqualTo(1);
    assertThat(said).filteredOn(line -> line.startsWith("1 lines are no answers")).hasSize(1);
    assertThat(verdicts("failed"))
        .hasSize(3)
        .anyMatch(row -> row.contains("engine_error") && row.contains("answered 400: content_fi"))
        .anyMatch(row -> row.contains("too_long") && row.contains("maximum context length"))
        .anyMatch(row -> row.contains("engine_error") && row.contains("could not be executed"));
    assertThat(first.pending()).isEqualTo(2 * PAIRS - 1);

    Files.writeString(
        dir.resolve("back/b.jsonl"), output(lines.get(2), well.status(), well.body()) + "\n");
    RequestsJob.Imported second = job(config).take(List.of(dir.resolve("back").toString()));
    assertThat(second.judged() + second.undecided()).isEqualTo(1);
  }

  @Test
  void whatCannotBeAskedByFilesIsRefusedBeforeAnyWork() throws IOException {
    corpus();
    AssizeConfig length =
        AssizeConfig.parse(
            "",
            Map.of(
                "assize.corpus.path",
                "\"" + dir.resolve("in") + "\"",
                "assize.output.dir",
                "\"" + dir.resolve("x") + "\"",
                "assize.judge.kind",
                "length"));
    assertThatThrownBy(() -> job(length))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("kind length is not asked by files");
    AssizeConfig config = config("x", "http://127.0.0.1:9/v1");
    assertThatThrownBy(
            () -> new RequestsJob(LocalSpark.session(), config, List.of("salt"), said::add))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("--without salt")
        .hasMessageContaining("max_tokens");
    Files.createDirectories(dir.resolve("full/of"));
    assertThatThrownBy(
            () -> job(config).export(dir.resolve("full").toString(), 5, 1 << 20, List.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("full is there already");
  }

  @Test
  void aProviderGetsWhatItTakes() throws IOException {
    corpus();
    Path out = dir.resolve("one");
    new RequestsJob(
            LocalSpark.session(),
            config("lacks", "http://127.0.0.1:9/v1"),
            List.of("max_tokens", "temperature"),
            said::add)
        .export(out.toString(), 50, 1 << 20, List.of());
    JsonNode line = JSON.readTree(Files.readAllLines(out.resolve("requests-00001.jsonl")).get(0));
    assertThat(line.get("method").asText()).isEqualTo("POST");
    assertThat(line.get("url").asText()).isEqualTo("/v1/chat/completions");
    assertThat(line.get("custom_id").asText()).hasSizeLessThanOrEqualTo(64);
    assertThat(line.get("body").fieldNames())
        .toIterable()
        .containsExactlyInAnyOrder("model", "messages", "max_completion_tokens");
  }

  private RequestsJob job(AssizeConfig config) {
    return new RequestsJob(LocalSpark.session(), config, List.of(), said::add);
  }

  /** Decides by what it is asked: by its text, or only when asked for the answer alone. */
  private static Said endpoint(String body) {
    JsonNode request;
    try {
      request = JSON.readTree(body);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int seed = Math.floorMod(request.get("messages").toString().hashCode(), 7);
    ObjectNode answer = JSON.createObjectNode();
    answer.putObject("usage").put("prompt_tokens", 40 + seed).put("completion_tokens", 9);
    ObjectNode choice = answer.putArray("choices").addObject();
    choice.put("finish_reason", "stop");
    ObjectNode message = choice.putObject("message");
    if (request.path("logprobs").asBoolean()) {
      message.put("content", "1");
      ObjectNode token = choice.putObject("logprobs").putArray("content").addObject();
      var top = token.put("token", "1").put("logprob", -0.5).putArray("top_logprobs");
      top.addObject().put("token", "1").put("logprob", -0.5);
      top.addObject().put("token", "2").put("logprob", -1.0 - seed);
    } else if (seed < 3) {
      message.put("content", "Both are good.");
    } else {
      message.put("content", "The final decision is Response " + (1 + seed % 2));
    }
    return new Said(200, answer.toString());
  }

  /** What a provider makes of a folder of requests. */
  private static void answer(Path requests, Path back) throws IOException {
    List<String> answers = new ArrayList<>();
    try (Stream<Path> files = Files.list(requests)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".jsonl")).toList()) {
        for (String line : Files.readAllLines(file)) {
          Said said = endpoint(JSON.readTree(line).get("body").toString());
          answers.add(output(line, said.status(), said.body()));
        }
      }
    }
    Files.createDirectories(back.getParent());
    Files.write(back, answers);
  }

  /** A line as the API's reference has it. */
  private static String output(String request, int status, String body) throws IOException {
    ObjectNode line = JSON.createObjectNode().put("id", "batch_req_1");
    line.set("custom_id", JSON.readTree(request).get("custom_id"));
    line.putObject("response")
        .put("status_code", status)
        .put("request_id", "req_1")
        .set("body", JSON.readTree(body));
    line.putNull("error");
    return line.toString();
  }

  private void corpus() {
    LocalSpark.table(
            "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
                + " response_b STRING",
            IntStream.range(0, PAIRS)
                .mapToObj(i -> row("" + i, "q" + i, "larch", "maple", "one", "two " + i))
                .toArray(Object[][]::new))
        .coalesce(1)
        .write()
        .parquet(dir.resolve("in").toString());
  }

  private AssizeConfig config(String out, String url) {
    return AssizeConfig.parse(
        """
        assize { corpus.path = "%s", output.dir = "%s"
          judge { kind = http, model = m, http { url = "%s", question = first_token } } }
        """
            .formatted(dir.resolve("in"), dir.resolve(out), url),
        Map.of());
  }

  /** Verdicts without when and by which run they were made. */
  private List<String> verdicts(String out) {
    return VerdictStore.openThere(LocalSpark.session(), dir.resolve(out + "/verdicts").toString())
        .read()
        .drop("judged_at", "run_id")
        .orderBy("sample_id", "order")
        .toJSON()
        .collectAsList();
  }
}
