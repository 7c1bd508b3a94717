package io.assize.judge.model;

import io.assize.prompt.ChatTemplate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** The chat formats that a protocol may ask for, over one checkpoint. */
public final class ChatFormats {
  private static final Pattern NAMED = Pattern.compile("model:[A-Za-z0-9_.-]+");

  private final Checkpoint checkpoint;
  private final Map<String, ?> variables;
  private final Map<String, ChatTemplate> templates = new ConcurrentHashMap<>();
  private final Map<String, ChatTemplate> whole = new ConcurrentHashMap<>();

  public ChatFormats(Checkpoint checkpoint) {
    this(checkpoint, Map.of());
  }

  /**
   * Formats whose templates are given more than the chat.
   *
   * @param variables by their names, as {@link ChatTemplate#with} takes them
   */
  public ChatFormats(Checkpoint checkpoint, Map<String, ?> variables) {
    this.checkpoint = checkpoint;
    this.variables = variables;
  }

  /**
   * The template of a format.
   *
   * @param chat {@code model} (the checkpoint's own), {@code model:NAME} (of several of its own),
   *     {@code none} or a Jinja template
   * @throws io.assize.config.UserError where the checkpoint has none of its own, or none of the
   *     name, or the template asks for none of a variable
   */
  public ChatTemplate of(String chat) {
    return templates.computeIfAbsent(chat, format -> template(format).with(variables));
  }

  private ChatTemplate template(String format) {
    return switch (format) {
      case "model" -> checkpoint.chatTemplate(null);
      case "none" -> ChatTemplate.NONE;
      default ->
          NAMED.matcher(format).matches()
              ? checkpoint.chatTemplate(format.substring(format.indexOf(':') + 1))
              : new ChatTemplate(format, checkpoint.bosToken(), checkpoint.eosToken());
    };
  }

  /** The same for chats that are whole, as a reward model reads them. */
  public ChatTemplate whole(String chat) {
    return whole.computeIfAbsent(chat, format -> of(format).whole());
  }
}
