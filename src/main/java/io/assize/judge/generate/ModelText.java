package io.assize.judge.generate;

import io.assize.judge.model.ChatFormats;
import io.assize.judge.model.Tokenizer;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * What a judge knows of its model beside the engine: how text becomes tokens, where an answer ends,
 * and how long both can be.
 *
 * @param tokenizer text to tokens and back
 * @param formats the chat formats that a protocol may ask for
 * @param endTokens the tokens that end an answer
 * @param contextLength most tokens of prompt and answer together
 * @param paddingToken the token that is no part of a chat's end where it is scored
 */
public record ModelText(
    Tokenizer tokenizer,
    ChatFormats formats,
    Set<Long> endTokens,
    int contextLength,
    OptionalLong paddingToken) {

  public ModelText {
    endTokens = Set.copyOf(endTokens);
  }

  /** Of a model that scores no chats. */
  public ModelText(
      Tokenizer tokenizer, ChatFormats formats, Set<Long> endTokens, int contextLength) {
    this(tokenizer, formats, endTokens, contextLength, OptionalLong.empty());
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

  /**
   * The tokens of a whole chat, to the last one that is no padding: the one after which {@code
   * transformers} reads the score. What follows it would change nothing before it.
   */
  long[] wholeChat(List<ChatMessage> messages, String chat) {
    long[] tokens = tokenizer.encode(formats.whole(chat).render(messages));
    int count = tokens.length;
    while (paddingToken.isPresent() && count > 1 && tokens[count - 1] == paddingToken.getAsLong()) {
      count--;
    }
    return Arrays.copyOf(tokens, count);
  }
}
