package io.assize.judge.http;

import io.assize.config.HttpConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.JudgeSettings;
import io.assize.config.Settings;
import io.assize.config.UserError;
import io.assize.judge.BatchForm;
import io.assize.judge.Judge;
import io.assize.judge.JudgeProvider;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.Protocol;
import java.util.List;
import java.util.Optional;

/** {@code http}: a model at an OpenAI-compatible endpoint. */
public final class HttpProvider implements JudgeProvider {
  /** The version of the question that is scored as a judge in the JVM scores it. */
  private static final String CONTINUED = "continued-1";

  @Override
  public String kind() {
    return "http";
  }

  @Override
  public JudgeSettings settings(Settings judge) {
    return HttpConfig.of(judge.section("http"));
  }

  @Override
  public JudgeSpec check(JudgeConfig judge, Protocol protocol) {
    HttpJudge.check(judge.settings(HttpConfig.class));
    if (!protocol.chat().equals("model")) {
      throw UserError.configuration(
          "protocol %s sets chat, but an http judge's endpoint applies the model's own: set chat"
              + " to \"model\"",
          protocol.name());
    }
    if (protocol.scores()) {
      throw UserError.configuration(
          "protocol %s wants scores of a reward model, which an http judge does not give: choose"
              + " another protocol, or kind = djl",
          protocol.name());
    }
    String question = judge.settings(HttpConfig.class).question();
    boolean otherwise =
        judge.decoding().decision().equals("text") || question.equals(HttpConfig.FIRST_TOKEN);
    return new JudgeSpec(
        judge,
        JudgeSpec.named(judge, judge.model()),
        otherwise
            ? JudgeSpec.sha256(kind(), judge.model(), judge.identity())
            : JudgeSpec.sha256(kind(), judge.model(), judge.identity(), CONTINUED));
  }

  @Override
  public JudgeConfig settled(JudgeConfig judge) {
    HttpConfig http = judge.settings(HttpConfig.class);
    boolean asks = !judge.decoding().decision().equals("text");
    return asks && http.question().equals(HttpConfig.AUTO)
        ? judge.with(http.asking(ServerKind.question(http, System::getenv)))
        : judge;
  }

  @Override
  public Judge open(JudgeSpec spec, String device) {
    return new HttpJudge(spec.config());
  }

  @Override
  public BatchForm batches(JudgeConfig judge, List<String> without) {
    return new BatchChat(judge, without);
  }

  @Override
  public Optional<String> firstLook(JudgeConfig judge) {
    return HttpJudge.firstLook(judge.settings(HttpConfig.class));
  }
}
