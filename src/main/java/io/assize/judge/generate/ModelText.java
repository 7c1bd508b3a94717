package io.assize.judge.generate;

import io.assize.judge.model.ChatFormats;
import io.assize.judge.model.Tokenizer;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.Segment;
import java.util.ArrayList;
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

  /** The tokens of a chat whose answer begins with a text. */
  long[] tokens(List<ChatMessage> messages, String chat, String begins) {
    List<Segment> segments = new ArrayList<>(formats.of(chat).render(messages));
    segments.add(new Segment(begins, false));
    return tokenizer.encode(segments);
  }
}
