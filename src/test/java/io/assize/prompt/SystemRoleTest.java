package io.assize.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What becomes of a chat whose template knows no system message, or no texts. */
class SystemRoleTest {
  private static final ChatMessage SYSTEM = new ChatMessage("system", "Be fair.");
  private static final ChatMessage USER = new ChatMessage("user", "Who wins?");

  @Test
  void theSystemMessageGoesBeforeTheFirstUserMessage() {
    ChatMessage answer = new ChatMessage("assistant", "A");

    assertThat(SystemRole.merged(List.of(SYSTEM, USER, answer, USER)))
        .containsExactly(new ChatMessage("user", "Be fair.\n\nWho wins?"), answer, USER);
    assertThat(SystemRole.merged(List.of(USER))).containsExactly(USER);
    assertThat(SystemRole.merged(List.of(SYSTEM))).containsExactly(SYSTEM);
  }

  @Test
  void aTemplateThatRefusesTheRoleGetsItMerged() {
    String refuses =
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
            + "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";

    assertThat(rendered(refuses, SYSTEM, USER)).isEqualTo("<user>Be fair.\n\nWho wins?");
    assertThat(rendered(refuses, USER)).isEqualTo("<user>Who wins?");
  }

  @Test
  void aTemplateThatDropsTheRoleGetsItMerged() {
    String drops =
        "{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ m.content }}{% endfor %}";

    assertThat(rendered(drops, SYSTEM, USER)).isEqualTo("<user>Be fair.\n\nWho wins?");
  }

  @Test
  void aTemplateThatShowsTheRoleGetsItAsItIs() {
    String shows = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}";

    assertThat(rendered(shows, SYSTEM, USER)).isEqualTo("<system>Be fair.<user>Who wins?");
  }

  @Test
  void aTemplateOfPartsGetsEachTextAsOnePart() {
    String parts =
        "{% for m in messages %}<{{ m.role }}>{% for part in m.content %}"
            + "{% if part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %}{% endfor %}";

    assertThat(rendered(parts, SYSTEM, USER)).isEqualTo("<system>Be fair.<user>Who wins?");
    assertThat(new ChatTemplate(parts, "", "").render(List.of(USER)))
        .containsExactly(new Segment("<user>", true), new Segment("Who wins?", false));
  }

  @Test
  void aTemplateOfPartsThatRefusesTheRoleGetsBoth() {
    String both =
        "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('no') }}{% endif %}"
            + "{{ m.content[0]['text'] }}{% endfor %}";

    assertThat(rendered(both, SYSTEM, USER)).isEqualTo("Be fair.\n\nWho wins?");
  }

  @Test
  void aListThatIsPrintedIsNoMessageThatIsShown() {
    String prints =
        "{% for m in messages %}{% if m.content is string %}{{ raise_exception('no texts') }}"
            + "{% endif %}{{ m.content }}{% endfor %}";

    assertThatThrownBy(() -> rendered(prints, USER))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no texts");
  }

  @Test
  void aTemplateThatShowsNoUserIsRefused() {
    String nobody = "{% for m in messages if m.role == 'system' %}{{ m.content }}{% endfor %}";

    assertThatThrownBy(() -> rendered(nobody, SYSTEM, USER))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("does not show the user message");
  }

  @Test
  void aVariableThatTheTemplateNeverAsksForIsRefusedWithThoseThatItDoes() {
    ChatTemplate template =
        new ChatTemplate(
            "{% if not date_string is defined %}{% set date_string = 'today' %}{% endif %}"
                + "{% set mine = 1 %}{{ messages[0].content ~ date_string ~ mine }}"
                + "{% for m in messages %}{{ documents }}{{ thinking }}{% endfor %}",
            "", "");

    assertThat(text(template.with(Map.of("date_string", "1 May", "thinking", true)), USER))
        .isEqualTo("Who wins?1 May1NoneTrue");
    for (String name :
        List.of("enable_thinking", "mine", "messages", "m", "add_generation_prompt")) {
      assertThatThrownBy(() -> template.with(Map.of(name, false)))
          .isInstanceOf(UserError.class)
          .hasMessage(
              "assize.judge.chat_variables sets "
                  + name
                  + ", which the chat template does not ask for: it asks for date_string,"
                  + " documents, thinking");
    }
  }

  private static String rendered(String template, ChatMessage... messages) {
    return text(new ChatTemplate(template, "", ""), messages);
  }

  private static String text(ChatTemplate template, ChatMessage... messages) {
    return template.render(List.of(messages)).stream()
        .map(Segment::text)
        .collect(Collectors.joining());
  }
}
