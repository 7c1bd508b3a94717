package io.assize.judge.generate;

import io.assize.judge.model.ChatFormats;
import io.assize.judge.model.Tokenizer;
import io.assize.prompt.ChatMessage;
import java.util.List;
import java.util.Set;

/**
 * What a judge knows of its model beside the engine: how text becomes tokens, where an answer ends,
 * and how long both can be.
 *
 * @param tokenizer text to tokens and back
 * @param formats the chat formats that a protocol may ask for
 * @param endTokens the tokens that end an answer
 * @param contextLength most tokens of prompt and answer together
 */
public record ModelText(
    Tokenizer tokenizer, ChatFormats formats, Set<Long> endTokens, int contextLength) {

  public ModelText {
    endTokens = Set.copyOf(endTokens);
  }

  /** The tokens of a chat as the model reads them. */
  public long[] tokens(List<ChatMessage> messages, String chat) {
    return tokenizer.encode(formats.of(chat).render(messages));
  }
}
