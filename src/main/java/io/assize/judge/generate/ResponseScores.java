package io.assize.judge.generate;

import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.judge.Ruling;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.ScoredChats;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Requests for scores: each response is scored as the last turn of a chat of its own, and the
 * scores are the ruling. A response's score depends on the query and on nothing else, so it is the
 * same beside whatever other response, and in either order.
 */
final class ResponseScores {
  private final ModelText model;
  private final KeptScores scores;

  /**
   * Makes one.
   *
   * @param score the score of a chat that fits
   */
  ResponseScores(ModelText model, Function<long[], CompletableFuture<Double>> score) {
    this.model = model;
    this.scores = new KeptScores(score);
  }

  /** The ruling, or why there is none. Cancelling it frees the judge of the work. */
  CompletableFuture<Completion> answer(Prompt prompt) {
    List<long[]> chats = new ArrayList<>();
    for (List<ChatMessage> chat : ScoredChats.of(prompt.messages())) {
      chats.add(model.wholeChat(chat, prompt.chat()));
    }
    int tokens = chats.stream().mapToInt(chat -> chat.length).sum();
    if (chats.stream().anyMatch(chat -> chat.length > most())) {
      return CompletableFuture.failedFuture(tooLong(chats, tokens));
    }
    List<CompletableFuture<Double>> asked = chats.stream().map(scores::of).toList();
    CompletableFuture<Completion> all =
        CompletableFuture.allOf(asked.toArray(new CompletableFuture<?>[0]))
            .thenApply(
                done -> completion(asked.stream().map(CompletableFuture::join).toList(), tokens));
    all.whenComplete((completion, failure) -> asked.forEach(score -> score.cancel(false)));
    return all;
  }

  private static Completion completion(List<Double> scores, int tokens) {
    return new Completion(
        scores.size() == 1 ? null : text(scores),
        Ruling.ofScores(scores),
        tokens,
        0,
        Completion.SCORED);
  }

  /** The scores of a pair, which the ruling holds the difference of. */
  private static String text(List<Double> scores) {
    List<String> each =
        IntStream.range(0, scores.size())
            .mapToObj(
                i ->
                    String.format(
                        Locale.ROOT,
                        "Response %d scores %s",
                        i + 1,
                        Float.toString(scores.get(i).floatValue())))
            .toList();
    return String.join(", ", each);
  }

  private JudgeException tooLong(List<long[]> chats, int tokens) {
    int longest = chats.stream().mapToInt(chat -> chat.length).max().orElse(0);
    int fitting = chats.stream().mapToInt(chat -> Math.min(chat.length, most())).sum();
    return JudgeException.tooLong(
        String.format(
            Locale.ROOT,
            "the query and a response have %d tokens, more than the context of %d",
            longest,
            most()),
        tokens,
        fitting);
  }

  private int most() {
    return model.contextLength();
  }
}
