package io.assize.judge.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.config.AssizeConfig;
import io.assize.config.JudgeConfig;
import io.assize.prompt.ChatMessage;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatRequestTest {
  private static final List<ChatMessage> CHAT = List.of(new ChatMessage("user", "u"));

  @Test
  void whatTheChatTemplateIsGivenGoesWithTheRequestWhereItIsSet() {
    assertThat(ChatRequest.critique(judge(Map.of("enable_thinking", false)), CHAT, 0).toString())
        .contains("\"chat_template_kwargs\":{\"enable_thinking\":false}");
    assertThat(ChatRequest.critique(judge(Map.of()), CHAT, 0).toString()).doesNotContain("kwargs");
  }

  private static JudgeConfig judge(Map<String, Object> variables) {
    return AssizeConfig.judge(
        Map.of(
            "kind",
            "http",
            "model",
            "m",
            "http",
            Map.of("url", "http://localhost:1/v1"),
            "chat_variables",
            variables));
  }
}
