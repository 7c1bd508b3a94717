package io.assize.prompt;

import io.assize.config.UserError;
import io.assize.prompt.jinja.Limits;
import io.assize.prompt.jinja.Template;
import io.assize.prompt.jinja.Text;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A model's chat format: a Jinja template as in Hugging Face's {@code tokenizer_config.json},
 * rendered as {@code transformers} renders it. The contents' characters are marked as data on their
 * way through the template, so that the control text, which is the template's, and what it leaves
 * of the contents come out apart.
 */
public final class ChatTemplate {
  /** The template of a protocol whose text reaches the model as it is. */
  public static final ChatTemplate NONE =
      new ChatTemplate("{% for m in messages %}{{ m['content'] }}{% endfor %}", "", "");

  private final Template template;
  private final Map<String, Object> variables;
  private final Clock clock;

  /** The roles of conversations of which each message was seen to be shown. */
  private final Set<List<String>> shown = ConcurrentHashMap.newKeySet();

  /**
   * A format.
   *
   * @param template refused where it is no template
   * @param bosToken may be empty, never null
   * @param eosToken may be empty, never null
   */
  public ChatTemplate(String template, String bosToken, String eosToken) {
    this(
        Template.parse(template),
        Map.of("bos_token", bosToken, "eos_token", eosToken),
        Clock.system(ZoneId.systemDefault()));
  }

  private ChatTemplate(Template template, Map<String, Object> variables, Clock clock) {
    this.template = template;
    this.variables = variables;
    this.clock = clock;
  }

  /**
   * The same format with more variables, as a model's {@code enable_thinking}: texts, numbers,
   * booleans, lists and maps of them, null for None. They win over the tokens' names.
   */
  public ChatTemplate with(Map<String, ?> more) {
    Map<String, Object> all = new HashMap<>(variables);
    all.putAll(more);
    return new ChatTemplate(template, Collections.unmodifiableMap(all), clock);
  }

  /** The same format for chats that are whole: no answer is about to begin. */
  public ChatTemplate whole() {
    return with(Map.of("add_generation_prompt", false));
  }

  /** The same format at another time, for templates that write the date. */
  public ChatTemplate at(Clock other) {
    return new ChatTemplate(template, variables, other);
  }

  /**
   * The chat as stretches of control text and contents, ready for the answer to begin unless it is
   * {@link #whole}.
   */
  public List<Segment> render(List<ChatMessage> messages) {
    refuseDropped(messages.stream().map(ChatMessage::role).toList());
    List<Segment> segments = new ArrayList<>();
    text(messages).forEachStretch((text, data) -> segments.add(new Segment(text, !data)));
    return List.copyOf(segments);
  }

  private Text text(List<ChatMessage> messages) {
    List<Map<String, Object>> marked = new ArrayList<>();
    long characters = 0;
    for (ChatMessage message : messages) {
      marked.add(message(message.role(), Text.data(message.content())));
      characters += message.content().length();
    }
    Map<String, Object> values = new HashMap<>();
    values.put("messages", marked);
    values.put("tools", null);
    values.put("documents", null);
    values.put("add_generation_prompt", true);
    values.putAll(variables);
    return template.render(values, Limits.DEFAULT.with(characters), clock);
  }

  private static Map<String, Object> message(String role, Text content) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }

  /** Refuses a template that leaves out a message, seen once for each sequence of roles. */
  private void refuseDropped(List<String> roles) {
    if (shown.contains(roles)) {
      return;
    }
    List<ChatMessage> probes = new ArrayList<>();
    for (int i = 0; i < roles.size(); i++) {
      probes.add(new ChatMessage(roles.get(i), "probe-of-" + i));
    }
    String rendered = text(probes).toString();
    for (ChatMessage probe : probes) {
      if (!rendered.contains(probe.content())) {
        throw UserError.configuration(
            "the chat template does not show the %s message: set assize.protocol to a file whose"
                + " chat suits this model",
            probe.role());
      }
    }
    shown.add(roles);
  }
}
