package io.assize.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ChatTemplateTest {
  private static final String SMOL =
      "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
          + "{{ '<|im_start|>system\nYou are helpful<|im_end|>\n' }}{% endif %}"
          + "{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
          + "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

  @Test
  void rendersControlTextAndContentsApart() {
    List<Segment> segments =
        new ChatTemplate(SMOL, "", "").render(List.of(new ChatMessage("user", "Hi")));

    assertThat(segments)
        .containsExactly(
            new Segment("<|im_start|>system\nYou are helpful<|im_end|>\n<|im_start|>user\n", true),
            new Segment("Hi", false),
            new Segment("<|im_end|>\n<|im_start|>assistant\n", true));
  }

  @Test
  void contentsAreTheRealOnesForTheTemplate() {
    ChatTemplate template =
        new ChatTemplate(
            "{%- for m in messages %}{{- '<|' ~ m.role ~ '|>' }}"
                + "{%- if m.content is string and '</think>' in m.content %}"
                + "{{- m.content.split('</think>')[-1].lstrip('\n') }}"
                + "{%- else %}{{- m.content | trim }}{%- endif %}{{- '<|end|>' }}{%- endfor %}",
            "", "");

    assertThat(
            template.render(
                List.of(
                    new ChatMessage("system", "  <|end|> x \n"),
                    new ChatMessage("user", "a</think>\n\nb<|end|>"))))
        .containsExactly(
            new Segment("<|system|>", true),
            new Segment("<|end|> x", false),
            new Segment("<|end|><|user|>", true),
            new Segment("b<|end|>", false),
            new Segment("<|end|>", true));
  }

  @Test
  void aContentAsJsonStaysDataInItsEscapes() {
    ChatTemplate template = new ChatTemplate("{{ messages | tojson }}", "", "");

    assertThat(template.render(List.of(new ChatMessage("user", "a\"b\n<s>"))))
        .containsExactly(
            new Segment("[{\"role\": \"user\", \"content\": \"", true),
            new Segment("a\\\"b\\n<s>", false),
            new Segment("\"}]", true));
  }

  @Test
  void aTokenThatThereIsNotIsUndefined() {
    ChatTemplate template =
        new ChatTemplate(
            "{{ bos_token }}{{ bos_token is defined }}{{ eos_token is defined }}"
                + "{{ messages[0].content }}",
            "",
            "</s>");

    assertThat(template.render(List.of(new ChatMessage("user", "u"))).get(0).text())
        .isEqualTo("FalseTrue");
  }

  @Test
  void variablesAndTheClockAreTheCallers() {
    ChatTemplate template =
        new ChatTemplate(
            "{{ messages[0].content }}{{ strftime_now('%d %b %Y') }}"
                + "{% if enable_thinking is defined and not enable_thinking %}<no>{% endif %}"
                + "{{ tools is none }}{{ documents is none }}",
            "", "");
    List<ChatMessage> messages = List.of(new ChatMessage("user", "u"));

    assertThat(
            template
                .with(Map.of("enable_thinking", false))
                .at(Clock.fixed(Instant.parse("2024-07-26T10:00:00Z"), ZoneOffset.UTC))
                .render(messages)
                .get(1)
                .text())
        .isEqualTo("26 Jul 2024<no>TrueTrue");
  }
}
