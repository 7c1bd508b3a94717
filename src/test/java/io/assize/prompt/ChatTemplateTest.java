package io.assize.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
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
}
