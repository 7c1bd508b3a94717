package io.assize.judge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.JudgeConfig;
import io.assize.judge.AnswerTree;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Question;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The question as a judge in the JVM is asked it, at llama.cpp's server: the chat by its {@code
 * /apply-template}, the answer begun behind it, {@code /tokenize} for the answers' tokens, and
 * {@code /completion} for the probabilities of what may follow. The server keeps what it has read,
 * so each further request costs a token or two.
 */
final class LlamaServer implements Questioner {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Of how many tokens the probabilities are asked for, until all that are wanted are there. */
  private static final int[] LIKELIEST = {64, 4096, 1 << 20};

  private final JudgeConfig config;
  private final Requests requests;

  /** The answers of a rule behind its prefix: the same for every prompt. */
  private final Map<DecisionRule, AnswerTree> trees = new ConcurrentHashMap<>();

  LlamaServer(JudgeConfig config, Requests requests) {
    this.config = config;
    this.requests = requests;
  }

  @Override
  public Answer ask(List<ChatMessage> messages, String written, DecisionRule rule) {
    Question question = Question.of(rule);
    JsonNode applied = post("apply-template", ChatRequest.template(config, messages));
    String begun =
        applied.path("prompt").asText()
            + (written == null ? "" : written + "\n")
            + question.prefix();
    AnswerTree tree = trees.computeIfAbsent(rule, r -> tree(question));
    List<Long> first = tokens(begun + question.answers().get(0));
    int end = first.size() - tree.answers().get(0).size();
    if (end < 0 || !first.subList(end, first.size()).equals(tree.answers().get(0))) {
      throw new JudgeException(
          Reason.ENGINE_ERROR,
          requests.endpoint() + " makes other tokens of an answer behind this prompt than alone");
    }
    List<Long> prompt = first.subList(0, end);
    Map<List<Long>, Map<Long, Double>> known = new HashMap<>();
    for (Map.Entry<List<Long>, Set<Long>> wanted : tree.wanted().entrySet()) {
      List<Long> before = new ArrayList<>(prompt);
      before.addAll(wanted.getKey());
      known.put(wanted.getKey(), logProbabilities(before, wanted.getValue()));
    }
    return new Answer(
        Question.ruling(rule, tree.scores(known), tree.lengths(), config.decoding()),
        null,
        prompt.size(),
        tree.wanted().size());
  }

  private AnswerTree tree(Question question) {
    return AnswerTree.behindWhatTheyShare(
        question.answers().stream().map(answer -> tokens(question.prefix() + answer)).toList());
  }

  private List<Long> tokens(String text) {
    ObjectNode body = JSON.createObjectNode().put("content", text);
    body.put("add_special", true).put("parse_special", true);
    List<Long> tokens = new ArrayList<>();
    post("tokenize", body).path("tokens").forEach(id -> tokens.add(id.asLong()));
    return tokens;
  }

  private Map<Long, Double> logProbabilities(List<Long> prompt, Set<Long> wanted) {
    Map<Long, Double> found = Map.of();
    for (int i = 0; i < LIKELIEST.length && !found.keySet().containsAll(wanted); i++) {
      found = likeliest(prompt, LIKELIEST[i]);
    }
    for (long token : wanted) {
      Double logprob = found.get(token);
      if (logprob == null || !Double.isFinite(logprob)) {
        throw new JudgeException(
            Reason.ENGINE_ERROR,
            String.format(
                Locale.ROOT,
                "%s tells no log-probability of an allowed answer's token %d",
                requests.endpoint(),
                token));
      }
    }
    return found;
  }

  private Map<Long, Double> likeliest(List<Long> prompt, int count) {
    ObjectNode body = JSON.createObjectNode().put("n_predict", 1).put("n_probs", count);
    body.put("temperature", 0).put("cache_prompt", true).put("stream", false);
    ArrayNode ids = body.putArray("prompt");
    prompt.forEach(ids::add);
    Map<Long, Double> likeliest = new HashMap<>();
    JsonNode first = post("completion", body).path("completion_probabilities").path(0);
    for (JsonNode one : first.path("top_logprobs")) {
      likeliest.put(one.path("id").asLong(), one.path("logprob").asDouble(Double.NaN));
    }
    return likeliest;
  }

  private JsonNode post(String path, ObjectNode body) {
    return requests.post(requests.endpoint().root().resolve(path), body);
  }
}
