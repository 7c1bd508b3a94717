package io.assize.prompt;

import io.assize.config.UserError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A model's chat format: a Jinja template as in Hugging Face's {@code tokenizer_config.json}. It is
 * rendered with marks in place of the contents, so that the control text, which is the template's,
 * and the contents, which are data, come out apart. What a template does to a content itself, as
 * trimming it, has no effect: contents go in as they are.
 */
public final class ChatTemplate {
  /** The template of a protocol whose text reaches the model as it is. */
  public static final ChatTemplate NONE =
      new ChatTemplate("{% for m in messages %}{{ m['content'] }}{% endfor %}", "", "");

  private static final Pattern MARK = Pattern.compile("\uE000(\\d+)\uE001");

  private final String template;
  private final String bosToken;
  private final String eosToken;

  /** The token texts may be empty, never null. */
  public ChatTemplate(String template, String bosToken, String eosToken) {
    this.template = template;
    this.bosToken = bosToken;
    this.eosToken = eosToken;
  }

  /** The chat as stretches of control text and contents, ready for the answer to begin. */
  public List<Segment> render(List<ChatMessage> messages) {
    List<Map<String, String>> marked = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      marked.add(Map.of("role", messages.get(i).role(), "content", "\uE000" + i + "\uE001"));
    }
    Map<String, Object> values = new HashMap<>();
    values.put("messages", marked);
    values.put("add_generation_prompt", true);
    values.put("bos_token", bosToken);
    values.put("eos_token", eosToken);
    return split(Jinja.render(template, values), messages);
  }

  private static List<Segment> split(String rendered, List<ChatMessage> messages) {
    List<Segment> segments = new ArrayList<>();
    boolean[] shown = new boolean[messages.size()];
    Matcher mark = MARK.matcher(rendered);
    int at = 0;
    while (mark.find()) {
      if (mark.start() > at) {
        segments.add(new Segment(rendered.substring(at, mark.start()), true));
      }
      int message = Integer.parseInt(mark.group(1));
      shown[message] = true;
      segments.add(new Segment(messages.get(message).content(), false));
      at = mark.end();
    }
    if (at < rendered.length()) {
      segments.add(new Segment(rendered.substring(at), true));
    }
    for (int i = 0; i < shown.length; i++) {
      if (!shown[i]) {
        throw UserError.configuration(
            "the chat template does not show the %s message: set assize.protocol to a file whose"
                + " chat suits this model",
            messages.get(i).role());
      }
    }
    return List.copyOf(segments);
  }
}
