package io.assize.judge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.HttpConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.Protocol;
import io.assize.testing.ChatServer;
import io.assize.testing.Programs;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How an endpoint is asked where {@code question = auto}, and what that is in the key. */
@Timeout(60)
class ServerKindTest {
  private static final HttpProvider PROVIDER = new HttpProvider();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200 | {\"object\": \"list\", \"data\": [{\"id\": \"m\", \"object\": \"model\", \"owned_by\": \"llamacpp\"}]} | llama_server",
        "200 | {\"object\": \"list\", \"data\": [{\"id\": \"m\", \"object\": \"model\", \"owned_by\": \"vllm\"}]} | vllm",
        "200 | {\"object\": \"list\", \"data\": [{\"id\": \"gpt\", \"owned_by\": \"system\"}]} | first_token",
        "200 | {\"object\": \"list\", \"data\": []} | first_token",
        "200 | <html>hello</html> | first_token",
        "404 | no such page | first_token",
        "403 | {\"error\": {\"message\": \"Missing scopes: api.model.read\"}} | first_token",
      })
  void theOwnerOfItsModelsTellsWhichServerItIs(int status, String models, String question) {
    List<String> paths = new CopyOnWriteArrayList<>();
    try (ChatServer server =
        ChatServer.of(
            (path, body) -> {
              paths.add(path);
              return new ChatServer.Said(status, models);
            })) {
      JudgeConfig settled = PROVIDER.settled(config(server.url(), "decision = critique"));
      assertThat(settled.settings(HttpConfig.class).question()).isEqualTo(question);
      assertThat(paths).containsExactly("/v1/models");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 500, 503})
  void whoIsNotReadyIsNotTakenForAnother(int status) {
    try (ChatServer server =
        ChatServer.of((path, body) -> new ChatServer.Said(status, "Loading model"))) {
      assertThatThrownBy(() -> PROVIDER.settled(config(server.url(), "decision = forced")))
          .isInstanceOfSatisfying(
              UserError.class, error -> assertThat(error.exitCode()).isEqualTo(1))
          .hasMessageContaining("answered " + status + ": Loading model")
          .hasMessageContaining("assize.judge.http.question");
    }
  }

  @Test
  void whoIsNotThereIsAFailureInOneLineAndWithoutTheCredentials() {
    String url = "http://user:pa55word-open@127.0.0.1:%d/v1".formatted(Programs.freePort());
    assertThatThrownBy(() -> PROVIDER.settled(config(url, "decision = forced")))
        .isInstanceOfSatisfying(UserError.class, error -> assertThat(error.exitCode()).isEqualTo(1))
        .hasMessageContaining("the connection is refused")
        .hasMessageNotContaining("pa55word")
        .satisfies(error -> assertThat(error.getMessage().lines()).hasSize(1));
  }

  @Test
  void whoIsAskedNoQuestionIsNotAskedWhatItIs() {
    JudgeConfig config = config("http://127.0.0.1:1/v1", "decision = text");
    assertThat(PROVIDER.settled(config)).isSameAs(config);
    JudgeConfig set = config("http://127.0.0.1:1/v1", "decision = critique, http.question = vllm");
    assertThat(PROVIDER.settled(set)).isSameAs(set);
  }

  @Test
  void theKeyIsAsItWasWhereTheQuestionIsAndTheSameForBothWaysToContinue() {
    String first = fingerprint("decision = forced, http.question = first_token");
    assertThat(first).isEqualTo(before("decision = forced"));
    for (String question : List.of("auto", "first_token", "llama_server", "vllm")) {
      assertThat(fingerprint("decision = text, http.question = " + question))
          .isEqualTo(before("decision = text"));
    }
    String continued = fingerprint("decision = forced, http.question = llama_server");
    assertThat(continued).isNotEqualTo(first);
    assertThat(fingerprint("decision = forced, http.question = vllm")).isEqualTo(continued);
  }

  private static String fingerprint(String settings) {
    return PROVIDER
        .check(config("http://127.0.0.1:1/v1", settings), Protocol.load("pairwise"))
        .fingerprint();
  }

  /** As it was before an endpoint could be asked in several ways. */
  private static String before(String settings) {
    JudgeConfig config = config("http://127.0.0.1:1/v1", settings);
    return JudgeSpec.sha256("http", "m", config.identity());
  }

  private static JudgeConfig config(String url, String settings) {
    return AssizeConfig.parse(
            """
            assize { corpus.path = none, output.dir = none
              judge { kind = http, model = m, http.url = "%s", %s } }
            """
                .formatted(url, settings),
            Map.of())
        .judge();
  }
}
