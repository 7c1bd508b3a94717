package io.assize.judge.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;

/**
 * A stranger's {@code tokenizer.json}, before the native library sees it. That library ends the
 * whole JVM where it panics, at opening or at some text later, so only parts whose settings are
 * known to be harmless pass, each named in an error otherwise.
 */
public final class TokenizerJson {
  /** Values, names and brackets of the whole file; one of 256,000 tokens has about 3 million. */
  private static final int MAX_JSON_TOKENS = 6_000_000;

  private static final int MAX_ID = 1 << 24;
  private static final int MAX_TOKEN = 1 << 12;
  private static final int MAX_PARTS = 64;

  /** How much longer a text may become before it is cut into tokens. */
  private static final int MAX_GROWTH = 16;

  private static final Set<String> NORMALIZERS =
      Set.of("Sequence", "Prepend", "Replace", "NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Strip");
  private static final Set<String> PRE_TOKENIZERS =
      Set.of(
          "Sequence",
          "ByteLevel",
          "Split",
          "Digits",
          "Metaspace",
          "Whitespace",
          "WhitespaceSplit",
          "Punctuation");
  private static final Set<String> DECODERS =
      Set.of("Sequence", "ByteLevel", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace");

  /** Where a Sequence has its parts. */
  private static final List<String> LISTS = List.of("normalizers", "pretokenizers", "decoders");

  private final String where;
  private int parts;
  private long growth = 1;

  private TokenizerJson(String where) {
    this.where = where;
  }

  /**
   * The file's object, checked.
   *
   * @param where names the model in errors
   */
  public static ObjectNode checked(String text, String where) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TokenizerJson check = new TokenizerJson(where);
    check.size(bytes);
    ObjectNode json = ModelJson.object(bytes, "tokenizer of " + where);
    check.addedTokens(json.path("added_tokens"));
    check.part(json.path("normalizer"), NORMALIZERS);
    check.part(json.path("pre_tokenizer"), PRE_TOKENIZERS);
    check.part(json.path("decoder"), DECODERS);
    check.model(json.path("model"));
    return json;
  }

  /** The id of an added token, without a tree of the whole file. */
  static OptionalLong idOf(String content, byte[] tokenizer, String where) {
    try (JsonParser json = ModelJson.parser(tokenizer)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean added = json.getCurrentName().equals("added_tokens");
        if (json.nextToken() != JsonToken.START_ARRAY || !added) {
          json.skipChildren();
          continue;
        }
        while (json.nextToken() == JsonToken.START_OBJECT) {
          String text = null;
          OptionalLong id = OptionalLong.empty();
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.getCurrentName();
            JsonToken value = json.nextToken();
            if (name.equals("content") && value == JsonToken.VALUE_STRING) {
              text = json.getText();
            } else if (name.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
              id = OptionalLong.of(json.getIntValue());
            }
            json.skipChildren();
          }
          if (content.equals(text)) {
            return id;
          }
        }
        return OptionalLong.empty();
      }
      return OptionalLong.empty();
    } catch (JsonProcessingException e) {
      throw ModelJson.notJson(where, e);
    } catch (IOException e) {
      throw UserError.configuration("%s cannot be read: %s", where, e.getMessage());
    }
  }

  private void size(byte[] text) {
    try (JsonParser json = ModelJson.parser(text)) {
      for (int i = 0; json.nextToken() != null; i++) {
        if (i > MAX_JSON_TOKENS) {
          throw refused("it has more parts than any tokenizer");
        }
      }
    } catch (JsonProcessingException e) {
      throw ModelJson.notJson("tokenizer of " + where, e);
    } catch (IOException e) {
      throw refused(e.getMessage());
    }
  }

  private void addedTokens(JsonNode tokens) {
    if (!tokens.isArray() && !ModelJson.absent(tokens)) {
      throw refused("its added_tokens are no list");
    }
    for (JsonNode token : tokens) {
      String content = ModelJson.text(token, "content", "", where);
      ModelNumbers.ofJson(token, where).whole("id", 0, MAX_ID);
      if (content.isEmpty() || content.length() > MAX_TOKEN) {
        throw refused(
            String.format(Locale.ROOT, "an added token has %d characters", content.length()));
      }
    }
  }

  private void part(JsonNode part, Set<String> known) {
    if (ModelJson.absent(part)) {
      return;
    }
    String type = ModelJson.text(part, "type", "none", where);
    if (!part.isObject() || !known.contains(type)) {
      throw refused(
          String.format(
              Locale.ROOT,
              "its part of type %s is not supported: %s are",
              type,
              String.join(", ", known)));
    }
    if (++parts > MAX_PARTS) {
      throw refused(String.format(Locale.ROOT, "it has more than %d parts", MAX_PARTS));
    }
    switch (type) {
      case "Sequence" -> {
        for (String list : LISTS) {
          part.path(list).forEach(one -> part(one, known));
        }
      }
      case "Replace" -> {
        if (pattern(part, false).isEmpty()) {
          throw refused("a Replace has an empty pattern");
        }
        grows(ModelJson.text(part, "content", "", where));
      }
      case "Prepend" -> grows("x" + ModelJson.text(part, "prepend", "", where));
      case "Split" -> {
        if (pattern(part, true).isEmpty()) {
          throw refused("a Split has an empty pattern");
        }
      }
      // More than there is to strip ends the process, so what is stripped at the end is none.
      case "Strip" -> {
        if (known == DECODERS) {
          ModelNumbers numbers = ModelNumbers.ofJson(part, where);
          numbers.whole("start", 0, 0, MAX_PARTS);
          numbers.whole("stop", 0, 0, 0);
        }
      }
      default -> {}
    }
  }

  private void grows(String content) {
    growth *= Math.max(1, content.getBytes(StandardCharsets.UTF_8).length);
    if (growth > MAX_GROWTH) {
      throw refused(
          String.format(Locale.ROOT, "it makes texts more than %d times as long", MAX_GROWTH));
    }
  }

  private String pattern(JsonNode part, boolean expressions) {
    JsonNode pattern = part.path("pattern");
    String regex = ModelJson.text(pattern, "Regex", "", where);
    if (!regex.isEmpty() && (!expressions || !PatternBounds.hold(regex))) {
      throw refused(
          String.format(
              Locale.ROOT,
              "its pattern %s could take for ever",
              ModelJson.shown(pattern.get("Regex"))));
    }
    return regex.isEmpty() ? ModelJson.text(pattern, "String", "", where) : regex;
  }

  private void model(JsonNode model) {
    String type = ModelJson.text(model, "type", model.has("merges") ? "BPE" : "none", where);
    if (!type.equals("BPE")) {
      throw refused(String.format(Locale.ROOT, "its model is of type %s: BPE is supported", type));
    }
    for (String affix : Set.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!ModelJson.text(model, affix, "", where).isEmpty()) {
        throw refused(String.format(Locale.ROOT, "its %s is not supported", affix));
      }
    }
    if (ModelNumbers.ofJson(model, where).real("dropout", 0, 0, 1) != 0) {
      throw refused("its dropout makes tokens at random");
    }
    if (!model.path("vocab").isObject() || !model.path("merges").isArray()) {
      throw refused("its model lacks vocab or merges");
    }
    Set<Integer> ids = new HashSet<>();
    model
        .path("vocab")
        .fields()
        .forEachRemaining(
            token -> {
              JsonNode id = token.getValue();
              boolean good = id.canConvertToInt() && id.intValue() >= 0 && id.intValue() < MAX_ID;
              if (!good || !ids.add(id.intValue()) || token.getKey().length() > MAX_TOKEN) {
                throw refused(
                    String.format(
                        Locale.ROOT,
                        "its token of number %s is none, or two have it",
                        ModelJson.shown(id)));
              }
            });
  }

  private UserError refused(String why) {
    return UserError.configuration("tokenizer of %s cannot be read: %s", where, why);
  }
}
