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
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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

  private static final Logger LOG = LoggerFactory.getLogger(ChatTemplate.class);

  /** What every rendering sets. */
  private static final Set<String> OWN =
      Set.of("messages", "add_generation_prompt", "bos_token", "eos_token");

  /**
   * The form in which a template takes messages. As {@code transformers} has it, contents are
   * texts; models of pictures and sounds may want them as lists of parts instead.
   *
   * @param merged whether the system message is merged into the user's
   * @param parts whether contents are lists of one part, a text
   */
  private record Form(boolean merged, boolean parts) {
    /** In the order in which they are tried. */
    static final List<Form> ALL =
        List.of(
            new Form(false, false),
            new Form(false, true),
            new Form(true, false),
            new Form(true, true));

    List<ChatMessage> of(List<ChatMessage> messages) {
      return merged ? SystemRole.merged(messages) : messages;
    }
  }

  private final Template template;
  private final Map<String, Object> variables;
  private final Clock clock;

  /** How conversations of these roles are shown whole. */
  private final Map<List<String>, Form> forms = new ConcurrentHashMap<>();

  /**
   * A format.
   *
   * @param template refused where it is no template
   * @param bosToken empty, never null, where there is none: it is undefined then
   * @param eosToken likewise
   */
  public ChatTemplate(String template, String bosToken, String eosToken) {
    this(
        Template.parse(template), tokens(bosToken, eosToken), Clock.system(ZoneId.systemDefault()));
  }

  private ChatTemplate(Template template, Map<String, Object> variables, Clock clock) {
    this.template = template;
    this.variables = variables;
    this.clock = clock;
  }

  private static Map<String, Object> tokens(String bosToken, String eosToken) {
    Map<String, Object> tokens = new HashMap<>();
    tokens.put("bos_token", bosToken);
    tokens.put("eos_token", eosToken);
    tokens.values().removeIf(""::equals);
    return Map.copyOf(tokens);
  }

  /**
   * The same format with more variables, as a model's {@code enable_thinking}: texts, numbers,
   * booleans, lists and maps of them, null for None.
   *
   * @throws UserError where the template never reads one of them
   */
  public ChatTemplate with(Map<String, ?> more) {
    Set<String> known = new TreeSet<>(template.given());
    known.removeAll(OWN);
    for (String name : new TreeSet<>(more.keySet())) {
      if (!known.contains(name)) {
        throw UserError.configuration(
            "assize.judge.chat_variables sets %s, which the chat template does not ask for: it asks"
                + " for %s",
            name, known.isEmpty() ? "none" : String.join(", ", known));
      }
    }
    Map<String, Object> all = new HashMap<>(variables);
    all.putAll(more);
    return new ChatTemplate(template, Collections.unmodifiableMap(all), clock);
  }

  /** The same format for chats that are whole: no answer is about to begin. */
  public ChatTemplate whole() {
    Map<String, Object> all = new HashMap<>(variables);
    all.put("add_generation_prompt", false);
    return new ChatTemplate(template, Collections.unmodifiableMap(all), clock);
  }

  /** The same format at another time, for templates that write the date. */
  public ChatTemplate at(Clock other) {
    return new ChatTemplate(template, variables, other);
  }

  /**
   * The chat as stretches of control text and contents, ready for the answer to begin unless it is
   * {@link #whole}. A template that refuses or drops the system message gets it merged, by {@link
   * SystemRole}.
   *
   * @throws UserError where there is no way to have every message shown
   */
  public List<Segment> render(List<ChatMessage> messages) {
    List<String> roles = messages.stream().map(ChatMessage::role).toList();
    Form form = forms.computeIfAbsent(roles, this::form);
    List<Segment> segments = new ArrayList<>();
    text(messages, form).forEachStretch((text, data) -> segments.add(new Segment(text, !data)));
    return List.copyOf(segments);
  }

  private Text text(List<ChatMessage> messages, Form form) {
    List<Map<String, Object>> marked = new ArrayList<>();
    long characters = 0;
    for (ChatMessage message : form.of(messages)) {
      Text content = Text.data(message.content());
      marked.add(message(message.role(), form.parts() ? List.of(part(content)) : content));
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

  private static Map<String, Object> message(String role, Object content) {
    Map<String, Object> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }

  private static Map<String, Object> part(Text text) {
    Map<String, Object> part = new LinkedHashMap<>();
    part.put("type", "text");
    part.put("text", text);
    return part;
  }

  /** The first form in which the template shows each message of a conversation of these roles. */
  private Form form(List<String> roles) {
    List<ChatMessage> probes = new ArrayList<>();
    for (int i = 0; i < roles.size(); i++) {
      probes.add(new ChatMessage(roles.get(i), "probe-of-" + i));
    }
    UserError refused = null;
    for (Form form : Form.ALL) {
      if (!form.merged() || SystemRole.canMerge(probes)) {
        UserError reason = refusal(probes, form);
        if (reason == null) {
          tell(form);
          return form;
        }
        refused = refused == null ? reason : refused;
      }
    }
    throw refused;
  }

  /** Why a form will not do; null where every message is shown in it. */
  private UserError refusal(List<ChatMessage> probes, Form form) {
    String rendered;
    try {
      rendered = text(probes, form).toString();
    } catch (UserError e) {
      return e;
    }
    for (ChatMessage probe : probes) {
      // A list of parts that is printed as such is not shown.
      String printed = "'text': '" + probe.content();
      String json = "\"text\": \"" + probe.content();
      boolean whole = form.parts() && (rendered.contains(printed) || rendered.contains(json));
      if (whole || !rendered.contains(probe.content())) {
        return UserError.configuration(
            "the chat template does not show the %s message: set assize.protocol to a file whose"
                + " chat suits this model",
            probe.role());
      }
    }
    return null;
  }

  private static void tell(Form form) {
    if (form.merged()) {
      LOG.info(
          "the chat template takes no system message: its text, an empty line and the user's message"
              + " are the user's message");
    }
    if (form.parts()) {
      LOG.info("the chat template wants contents as lists of parts: each is one part of type text");
    }
  }
}
