package io.assize.judge.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.JudgeConfig;
import io.assize.judge.AnswerTree;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Question;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * The question as a judge in the JVM is asked it, at vLLM: a request for each allowed answer, whose
 * conversation ends with it ({@code continue_final_message}), for the log-probabilities of the
 * prompt's own tokens ({@code prompt_logprobs}). An answer's score is the sum over the tokens that
 * the answers do not share.
 */
record Vllm(JudgeConfig config, Requests requests) implements Questioner {

  /** A conversation's tokens with their log-probabilities, NaN for the first. */
  private record Read(List<Long> tokens, List<Double> logprobs, int promptTokens) {}

  @Override
  public Answer ask(List<ChatMessage> messages, String written, DecisionRule rule) {
    Question question = Question.of(rule);
    String begun = (written == null ? "" : written + "\n") + question.prefix();
    List<Read> all = new ArrayList<>();
    for (String answer : question.answers()) {
      List<ChatMessage> whole = new ArrayList<>(messages);
      whole.add(new ChatMessage("assistant", begun + answer));
      all.add(
          read(requests.post(requests.endpoint().chat(), ChatRequest.continuation(config, whole))));
    }
    int shared = AnswerTree.shared(all.stream().map(Read::tokens).toList());
    double[] scores = new double[all.size()];
    int[] lengths = new int[all.size()];
    for (int i = 0; i < scores.length; i++) {
      List<Double> own = all.get(i).logprobs().subList(shared, all.get(i).logprobs().size());
      scores[i] = own.stream().mapToDouble(Double::doubleValue).sum();
      lengths[i] = own.size();
      if (!Double.isFinite(scores[i])) {
        throw none();
      }
    }
    return new Answer(
        Question.ruling(rule, scores, lengths, config.decoding()),
        null,
        all.stream().mapToInt(Read::promptTokens).sum(),
        all.size());
  }

  private Read read(JsonNode json) {
    List<Long> tokens = new ArrayList<>();
    List<Double> logprobs = new ArrayList<>();
    for (JsonNode place : json.path("prompt_logprobs")) {
      Iterator<Map.Entry<String, JsonNode>> told = place.fields();
      if (!told.hasNext()) {
        // The first token has nothing before it.
        tokens.add(-1L);
        logprobs.add(Double.NaN);
        continue;
      }
      // The prompt's own token comes first; likelier ones may stand behind it.
      Map.Entry<String, JsonNode> own = told.next();
      tokens.add(token(own.getKey()));
      logprobs.add(own.getValue().path("logprob").asDouble(Double.NaN));
    }
    if (tokens.size() < 2) {
      throw none();
    }
    return new Read(
        tokens, logprobs, Math.max(0, json.path("usage").path("prompt_tokens").asInt()));
  }

  private long token(String id) {
    try {
      return Long.parseLong(id);
    } catch (NumberFormatException e) {
      throw none();
    }
  }

  private JudgeException none() {
    return new JudgeException(
        Reason.ENGINE_ERROR,
        requests.endpoint()
            + " tells no prompt_logprobs: set assize.judge.http.question = first_token");
  }
}
