package io.assize.judge.model;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import java.io.IOException;
import java.util.Locale;

/**
 * JSON of strangers: one object, of bounded depth, without keys that stand twice. Values are of the
 * type that is asked for or refused by their key; absent and null are one.
 */
final class ModelJson {
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNestingDepth(64).maxNumberLength(100).build())
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          // Names of strangers neither stay in the JVM nor are made to collide in its tables.
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  private static final ObjectMapper MAPPER =
      new ObjectMapper(FACTORY).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private ModelJson() {}

  /** The object that a text is; {@code where} names it in errors. */
  static ObjectNode object(byte[] text, String where) {
    try {
      if (MAPPER.readTree(text) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException e) {
      throw notJson(where, e);
    } catch (IOException | IllegalStateException e) {
      throw UserError.configuration("%s is not valid JSON: fetch it again", where);
    }
    throw UserError.configuration("%s is not a JSON object { … }: fetch it again", where);
  }

  /** A parser within the same bounds, for what is too large for a tree. */
  static JsonParser parser(byte[] text) throws IOException {
    return FACTORY.createParser(text);
  }

  static UserError notJson(String where, JsonProcessingException e) {
    return UserError.configuration(
        "%s is not valid JSON%s: fetch it again",
        where,
        e.getLocation() == null
            ? ""
            : String.format(Locale.ROOT, " (line %d)", e.getLocation().getLineNr()));
  }

  static String text(JsonNode json, String key, String otherwise, String where) {
    JsonNode value = json.path(key);
    if (absent(value)) {
      return otherwise;
    }
    if (!value.isTextual()) {
      throw UserError.configuration("%s: %s is %s: a text is wanted", where, key, shown(value));
    }
    return value.textValue();
  }

  static boolean absent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  /** A value as a message shows it: never more than a few words of a stranger's file. */
  static String shown(JsonNode value) {
    return switch (value.getNodeType()) {
      case ARRAY -> "a list";
      case OBJECT -> "an object";
      case STRING -> "the text \"" + shortened(value.textValue()) + "\"";
      default -> shortened(value.asText());
    };
  }

  private static String shortened(String text) {
    return text.length() > 40 ? text.substring(0, 40) + "…" : text;
  }
}
