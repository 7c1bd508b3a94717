package io.assize.judge.generate;

import io.assize.config.DecodingConfig;
import io.assize.judge.Prompt;
import io.assize.judge.Question;
import io.assize.judge.Reading;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.ChatTemplate;
import io.assize.prompt.ScoredChats;
import io.assize.prompt.Segment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** What a {@link GeneratingJudge} hands to its engine first of a prompt, as a value. */
public final class PromptReading {
  private final ModelText model;
  private final DecodingConfig decoding;
  private final LongFunction<String> pieces;

  /**
   * Readings of one model.
   *
   * @param decoding how it comes to a verdict
   * @param pieces how its vocabulary writes a token
   */
  public PromptReading(ModelText model, DecodingConfig decoding, LongFunction<String> pieces) {
    this.model = model;
    this.decoding = decoding;
    this.pieces = pieces;
  }

  /** The readings of a prompt: one, or one for each response where these are scored. */
  public List<Reading> of(Prompt prompt) {
    if (prompt.rule() != null && prompt.rule().scores()) {
      List<Reading> scored = new ArrayList<>();
      ChatTemplate whole = model.formats().whole(prompt.chat());
      for (List<ChatMessage> chat : ScoredChats.of(prompt.messages())) {
        scored.add(reading(text(whole, chat), model.wholeChat(chat, prompt.chat())));
      }
      return List.copyOf(scored);
    }
    String text = text(model.formats().of(prompt.chat()), prompt.messages());
    long[] asked = model.tokens(prompt.messages(), prompt.chat());
    if (prompt.rule() == null || decoding.writes()) {
      return List.of(reading(text, asked));
    }
    QuestionTokens question = new QuestionTokens(prompt.rule(), model.tokenizer());
    String begins =
        AnswerText.of(model.tokenizer()).openingText(asked) + Question.of(prompt.rule()).prefix();
    return List.of(reading(text + begins, question.after(model, prompt.messages(), prompt.chat())));
  }

  private Reading reading(String text, long[] tokens) {
    return new Reading(
        text,
        LongStream.of(tokens).mapToObj(id -> new Reading.Token(id, pieces.apply(id))).toList());
  }

  private static String text(ChatTemplate template, List<ChatMessage> messages) {
    return template.render(messages).stream().map(Segment::text).collect(Collectors.joining());
  }
}
