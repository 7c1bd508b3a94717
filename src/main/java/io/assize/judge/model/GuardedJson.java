package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.UUID;

/**
 * A tokenizer whose control tokens bear other names, which nobody can spell: each a secret of this
 * JVM. What a text spells is then plain text to it, also where the model itself has the token as a
 * piece; and a name stands for the token.
 *
 * @param json the tokenizer
 * @param names the names of control tokens by their content
 */
public record GuardedJson(ObjectNode json, Map<String, String> names) {

  /** Changes the tokenizer that is given. */
  public static GuardedJson of(ObjectNode json) {
    String secret = UUID.randomUUID().toString().replace("-", "");
    Map<String, String> names = new HashMap<>();
    for (JsonNode one : json.path("added_tokens")) {
      AddedToken token = AddedToken.of(one);
      if (token.control()) {
        // Letters in lower case and digits, which no normalisation changes; the ends are words'
        // where the content's are.
        String text = token.content();
        String begin = Character.isLetterOrDigit(text.codePointAt(0)) ? "q" : "<";
        String end = Character.isLetterOrDigit(text.codePointBefore(text.length())) ? "q" : ">";
        names.putIfAbsent(text, begin + secret + "n" + names.size() + end);
        ((ObjectNode) one).put("content", names.get(token.content()));
      }
    }
    rename((ObjectNode) json.get("model"), names);
    return new GuardedJson(json, Map.copyOf(names));
  }

  private static void rename(ObjectNode model, Map<String, String> names) {
    JsonNode vocabulary = model.path("vocab");
    if (vocabulary.isArray()) {
      for (JsonNode piece : vocabulary) {
        String name = names.get(piece.path(0).asText());
        if (name != null) {
          ((ArrayNode) piece).set(0, name);
        }
      }
      return;
    }
    names.forEach(
        (content, name) -> {
          JsonNode id = ((ObjectNode) vocabulary).remove(content);
          if (id != null) {
            ((ObjectNode) vocabulary).set(name, id);
          }
        });
    String unknown = names.get(model.path("unk_token").asText());
    if (unknown != null) {
      model.put("unk_token", unknown);
    }
    for (Iterator<JsonNode> merges = model.path("merges").iterator(); merges.hasNext(); ) {
      if (names(merges.next(), names)) {
        merges.remove();
      }
    }
  }

  /** Whether a merge is of control tokens, or makes one. */
  private static boolean names(JsonNode merge, Map<String, String> names) {
    String text = merge.asText();
    int space = text.indexOf(' ');
    String left = merge.isArray() ? merge.path(0).asText() : text.substring(0, Math.max(0, space));
    String right = merge.isArray() ? merge.path(1).asText() : text.substring(space + 1);
    return names.containsKey(left)
        || names.containsKey(right)
        || names.containsKey(left.concat(right));
  }
}
