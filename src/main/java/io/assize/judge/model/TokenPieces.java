package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;

/** How a {@code tokenizer.json} writes each of its tokens. */
public final class TokenPieces {
  private final Map<Long, String> pieces = new HashMap<>();

  /**
   * Takes the file's content.
   *
   * @param where names the model in errors
   */
  public TokenPieces(String tokenizerJson, String where) {
    ObjectNode json = TokenizerJson.checked(tokenizerJson, where);
    JsonNode vocabulary = json.path("model").path("vocab");
    if (vocabulary.isArray()) {
      for (int id = 0; id < vocabulary.size(); id++) {
        pieces.put((long) id, vocabulary.get(id).get(0).asText());
      }
    } else {
      vocabulary
          .fields()
          .forEachRemaining(piece -> pieces.put(piece.getValue().longValue(), piece.getKey()));
    }
    json.path("added_tokens")
        .forEach(token -> pieces.put(token.path("id").longValue(), token.path("content").asText()));
  }

  /** The piece of an id; empty where there is none. */
  public String of(long id) {
    return pieces.getOrDefault(id, "");
  }
}
