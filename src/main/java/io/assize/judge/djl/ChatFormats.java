package io.assize.judge.djl;

import io.assize.prompt.ChatTemplate;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The chat formats that a protocol may ask for, over one checkpoint. */
final class ChatFormats {
  private final Checkpoint checkpoint;
  private final Map<String, ChatTemplate> templates = new ConcurrentHashMap<>();

  ChatFormats(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
  }

  /**
   * The template of a format.
   *
   * @param chat {@code model} (the checkpoint's own), {@code none} or a Jinja template
   * @throws io.assize.config.UserError where the checkpoint has none of its own
   */
  ChatTemplate of(String chat) {
    return templates.computeIfAbsent(
        chat,
        format ->
            switch (format) {
              case "model" -> checkpoint.chatTemplate();
              case "none" -> ChatTemplate.NONE;
              default -> new ChatTemplate(format, checkpoint.bosToken(), checkpoint.eosToken());
            });
  }
}
