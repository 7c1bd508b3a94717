package io.assize.judge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.SystemRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an endpoint was found not to take, and what it gets instead. Requests are made as OpenAI's
 * API has them; what a refusal names is left out or renamed from then on, and said once. Any thread
 * may use it.
 */
final class Dialect {
  private static final Logger LOG = LoggerFactory.getLogger(Dialect.class);
  private static final int MOST_CHANGES = 8;

  private static final Pattern MOST_LOGPROBS =
      Pattern.compile(
          "(?:less than or equal to|max(?:imum)?(?: value)?(?: allowed)?(?: is| of)?:?|at most|range"
              + " of \\[0,|between 0 and|<=) ?(\\d{1,3})");

  /** Something that an endpoint does not take. */
  private enum Lack {
    LOGPROBS(
        "tells no log-probabilities: its answers are read as text", "logprobs", "top_logprobs"),
    MAX_TOKENS("takes max_completion_tokens, not max_tokens"),
    TEMPERATURE("takes no temperature: its own counts", "temperature"),
    TOP_P("takes no top_p", "top_p"),
    SEED("takes no seed: sampled texts are not the same again", "seed"),
    SYSTEM("takes no system message: its text stands in front of the user's");

    /** Those that are a field of a request, which a refusal names as it is. */
    private static final Set<Lack> FIELDS = EnumSet.of(TEMPERATURE, TOP_P, SEED);

    private final String words;

    /** What requests come to be without. Of {@link List#of}, so immutable. */
    @SuppressWarnings("ImmutableEnumChecker")
    private final List<String> fields;

    Lack(String words, String... fields) {
      this.words = words;
      this.fields = List.of(fields);
    }

    private String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private final Endpoint endpoint;
  private final Set<Lack> lacks = EnumSet.noneOf(Lack.class);
  private int mostLogprobs = Integer.MAX_VALUE;
  private boolean thinks;

  Dialect(Endpoint endpoint) {
    this.endpoint = endpoint;
  }

  /**
   * Of an endpoint that is known before it is asked.
   *
   * @param names what it does not take: {@code logprobs}, {@code max_tokens} (but {@code
   *     max_completion_tokens}), {@code temperature}, {@code top_p}, {@code seed}, {@code system}
   * @throws UserError for any other
   */
  static Dialect lacking(List<String> names) {
    Dialect dialect = new Dialect(null);
    for (String name : names) {
      try {
        dialect.lacks.add(Lack.valueOf(name.toUpperCase(Locale.ROOT)));
      } catch (IllegalArgumentException e) {
        String all = Arrays.stream(Lack.values()).map(Lack::text).collect(Collectors.joining(", "));
        throw UserError.configuration(
            "--without %s is nothing that requests can do without: name some of %s", name, all);
      }
    }
    return dialect;
  }

  /** Most times that one request is worth changing. */
  static int mostChanges() {
    return MOST_CHANGES;
  }

  /** A request as this endpoint takes it; the given one is left as it is. */
  synchronized ObjectNode adapted(ObjectNode request) {
    ObjectNode body = request.deepCopy();
    lacks.forEach(lack -> body.remove(lack.fields));
    if (body.path("top_logprobs").asInt() > mostLogprobs) {
      body.put("top_logprobs", mostLogprobs);
    }
    if (lacks.contains(Lack.MAX_TOKENS) && body.has("max_tokens")) {
      body.set("max_completion_tokens", body.remove("max_tokens"));
    }
    if (lacks.contains(Lack.SYSTEM)) {
      ChatRequest.put(body, SystemRole.merged(messages(body)));
    }
    return body;
  }

  /**
   * Learns from a refusal.
   *
   * @param sent what was refused
   * @return whether the same request would now be another
   */
  synchronized boolean learn(Refusal refusal, ObjectNode sent) {
    // Some say that log-probabilities are not allowed as they say it of a model.
    boolean forbidden = refusal.status() == 403 && refusal.says("logprobs");
    if (refusal.tooLong() || refusal.concernsText()) {
      return false;
    }
    if (!refusal.concernsForm() && !forbidden) {
      return false;
    }
    // A server's own failure tells of its template alone: other words in it mean something else.
    return refusal.status() == 500 ? learnRoles(refusal, sent) : learnField(refusal, sent);
  }

  private boolean learnField(Refusal refusal, ObjectNode sent) {
    if (sent.has("top_logprobs") && refusal.says("logprobs")) {
      Matcher most = MOST_LOGPROBS.matcher(refusal.said());
      int asked = sent.get("top_logprobs").asInt();
      if (most.find()
          && Integer.parseInt(most.group(1)) > 0
          && Integer.parseInt(most.group(1)) < asked) {
        mostLogprobs = Integer.parseInt(most.group(1));
        LOG.info("{} tells at most {} alternatives of a token", endpoint, mostLogprobs);
        return true;
      }
      return lacks(Lack.LOGPROBS);
    }
    if (sent.has("max_tokens") && refusal.says("max_completion_tokens")) {
      return lacks(Lack.MAX_TOKENS);
    }
    for (Lack lack : Lack.FIELDS) {
      String field = lack.fields.get(0);
      if (sent.has(field) && refusal.says(field)) {
        return lacks(lack);
      }
    }
    return learnRoles(refusal, sent);
  }

  private boolean learnRoles(Refusal refusal, ObjectNode sent) {
    boolean system =
        refusal.says(
            "system role",
            "system message",
            "system prompt",
            "\"system\"",
            "'system'",
            "developer instruction",
            "roles must alternate",
            "role: system");
    return system && SystemRole.canMerge(messages(sent)) && lacks(Lack.SYSTEM);
  }

  /** Makes known that this model thinks before it answers. */
  synchronized void foundThinking() {
    if (!thinks) {
      LOG.info(
          "{} thinks before it answers: it is given the tokens of a critique for that", endpoint);
    }
    thinks = true;
  }

  /** Whether this model thinks before it answers. */
  synchronized boolean thinks() {
    return thinks;
  }

  private boolean lacks(Lack lack) {
    boolean first = lacks.add(lack);
    if (first) {
      LOG.warn("{} {}", endpoint, lack.words);
    }
    return first;
  }

  private static List<ChatMessage> messages(JsonNode body) {
    List<ChatMessage> messages = new ArrayList<>();
    for (JsonNode one : body.path("messages")) {
      messages.add(new ChatMessage(one.path("role").asText(), one.path("content").asText()));
    }
    return messages;
  }
}
