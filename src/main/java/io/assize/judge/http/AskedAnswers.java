package io.assize.judge.http;

import io.assize.judge.JudgeException;
import io.assize.judge.Ruling;
import io.assize.judge.VerdictParser;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.verdict.Choice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A question in words, since an endpoint may not let its answer be begun: the answers differ in
 * their first character, so the probabilities of the first token tell them apart. Of ratings, 10
 * begins as 1 does: where they are not one token each, what the second token says divides them.
 */
enum AskedAnswers {
  DECISION(
      "Which response is better? Answer with one character and nothing else: 1 for Response 1, 2 for"
          + " Response 2, T for a tie.",
      List.of("1", "2", "t"),
      4),
  RATING(
      "What is your rating, from 1 to 10? Answer with the number and nothing else.",
      List.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "10"),
      4);

  /** A log-probability is not above 0, but for its rounding. */
  private static final double ROUNDING = 1e-3;

  private final String question;

  /** Of {@link List#of}, so immutable. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<String> answers;

  private final int mostTokens;

  AskedAnswers(String question, List<String> answers, int mostTokens) {
    this.question = question;
    this.answers = answers;
    this.mostTokens = mostTokens;
  }

  static AskedAnswers of(DecisionRule rule) {
    return rule.rates() ? RATING : DECISION;
  }

  private DecisionRule rule() {
    return this == RATING ? DecisionRule.RATING : DecisionRule.FINAL_DECISION;
  }

  int mostTokens() {
    return mostTokens;
  }

  /** The messages with the question after them; part of the last one if that is the user's. */
  List<ChatMessage> after(List<ChatMessage> messages) {
    List<ChatMessage> asked = new ArrayList<>(messages);
    ChatMessage last = asked.get(asked.size() - 1);
    if (last.role().equals("user")) {
      asked.set(asked.size() - 1, new ChatMessage("user", last.content() + "\n\n" + question));
    } else {
      asked.add(new ChatMessage("user", question));
    }
    return asked;
  }

  /**
   * The ruling, from probabilities where there are some; null where the reply is no answer.
   *
   * @throws JudgeException where a log-probability is none
   */
  Ruling ruling(Reply reply, boolean expected) {
    double[] p = probabilities(reply);
    double sum = Arrays.stream(p).sum();
    // The first tokens of who thinks are none of its answer.
    if (sum == 0 || reply.thought()) {
      return fromText(reply.text());
    }
    double[] normalised = Arrays.stream(p).map(one -> one / sum).toArray();
    return Ruling.of(rule(), normalised, expected);
  }

  /** Probabilities of the answers, not normalised; all 0 where the endpoint tells none. */
  private double[] probabilities(Reply reply) {
    reply.tokens().forEach(AskedAnswers::check);
    double[] p = new double[answers.size()];
    int at = 0;
    // White space that a model puts first is no answer yet.
    while (at < reply.tokens().size() && mostlyBlank(reply.tokens().get(at))) {
      at++;
    }
    if (at == reply.tokens().size()) {
      return p;
    }
    for (Map.Entry<String, Double> token : reply.tokens().get(at).entrySet()) {
      int answer = answerOf(token.getKey());
      if (answer >= 0) {
        p[answer] += Math.exp(token.getValue());
      }
    }
    if (this == RATING && at + 1 < reply.tokens().size() && reply.text().strip().startsWith("1")) {
      double zero =
          reply.tokens().get(at + 1).entrySet().stream()
              .filter(token -> token.getKey().startsWith("0"))
              .mapToDouble(token -> Math.exp(token.getValue()))
              .sum();
      p[9] += p[0] * Math.min(1, zero);
      p[0] -= p[0] * Math.min(1, zero);
    }
    return p;
  }

  private static void check(Map<String, Double> likeliest) {
    for (double logprob : likeliest.values()) {
      if (!Double.isFinite(logprob) || logprob > ROUNDING) {
        throw new JudgeException(
            JudgeException.Reason.ENGINE_ERROR,
            String.format(
                Locale.ROOT,
                "the endpoint's log-probabilities have %s among them: that is no verdict",
                Double.isNaN(logprob) ? "what is no number" : logprob));
      }
    }
  }

  private static boolean mostlyBlank(Map<String, Double> likeliest) {
    return likeliest.entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(token -> token.getKey().isBlank())
        .orElse(true);
  }

  private int answerOf(String token) {
    String text = token.strip().toLowerCase(Locale.ROOT);
    if (this == DECISION && (text.equals("tie") || text.equals("ti"))) {
      text = "t";
    }
    return answers.indexOf(text);
  }

  private Ruling fromText(String text) {
    String answer = VerdictParser.withoutThinking(text).strip().toLowerCase(Locale.ROOT);
    int end = 0;
    while (end < answer.length() && Character.isLetterOrDigit(answer.charAt(end))) {
      end++;
    }
    int found = answerOf(answer.substring(0, end));
    if (found < 0) {
      return null;
    }
    return this == DECISION ? Ruling.of(Choice.of(found)) : Ruling.ofRating(found + 1);
  }
}
