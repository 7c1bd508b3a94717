package io.assize.judge.djl;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.judge.model.Tokenizer;
import io.assize.judge.model.TokenizerJson;
import io.assize.prompt.Segment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * Text to tokens and back. Special tokens are recognised in control text only: the contents of
 * messages go through a tokenizer that knows no special tokens, whatever they spell. Where contents
 * spell none, the tokens are those of Hugging Face's tokenizer over the whole text.
 */
public final class PromptTokenizer implements Tokenizer {
  static {
    Djl.settle();
  }

  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  /** Added tokens, longest first, as the tokenizer matches them. */
  private final List<String> specials;

  private final Map<String, Long> specialIds = new HashMap<>();
  private final HuggingFaceTokenizer plain;
  private final HuggingFaceTokenizer whole;

  /** Takes the content of a tokenizer.json. */
  public PromptTokenizer(String tokenizerJson, String where) {
    ObjectNode json = TokenizerJson.checked(tokenizerJson, where);
    for (JsonNode token : json.path("added_tokens")) {
      specialIds.put(token.get("content").asText(), token.get("id").asLong());
    }
    specials =
        specialIds.keySet().stream()
            .sorted(Comparator.comparingInt(String::length).reversed())
            .toList();
    json.putNull("post_processor");
    whole = open(json, where);
    try {
      json.putArray("added_tokens");
      plain = open(json, where);
    } catch (RuntimeException e) {
      whole.close();
      throw e;
    }
  }

  @Override
  public long[] encode(List<Segment> segments) {
    LongStream.Builder ids = LongStream.builder();
    StringBuilder text = new StringBuilder();
    for (Segment segment : segments) {
      if (segment.control()) {
        encodeControl(segment.text(), text, ids);
      } else {
        text.append(segment.text());
      }
    }
    flush(text, ids);
    return ids.build().toArray();
  }

  @Override
  public long[] encodeText(String text) {
    return plain.encode(text, false, false).getIds();
  }

  @Override
  public String decode(long[] ids) {
    return whole.decode(ids, true);
  }

  @Override
  public void close() {
    plain.close();
    whole.close();
  }

  private void encodeControl(String control, StringBuilder text, LongStream.Builder ids) {
    int at = 0;
    while (at < control.length()) {
      String special = specialAt(control, at);
      if (special == null) {
        text.append(control.charAt(at++));
      } else {
        flush(text, ids);
        ids.add(specialIds.get(special));
        at += special.length();
      }
    }
  }

  private String specialAt(String control, int at) {
    for (String special : specials) {
      if (control.startsWith(special, at)) {
        return special;
      }
    }
    return null;
  }

  private void flush(StringBuilder text, LongStream.Builder ids) {
    if (!text.isEmpty()) {
      for (long id : plain.encode(wellFormed(text.toString()), false, false).getIds()) {
        ids.add(id);
      }
      text.setLength(0);
    }
  }

  /** The text with unpaired surrogates replaced, which the native tokenizer cannot take. */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
  }

  private static HuggingFaceTokenizer open(ObjectNode json, String where) {
    try {
      byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), OPTIONS);
    } catch (IOException | RuntimeException e) {
      throw UserError.configuration("tokenizer of %s cannot be read: %s", where, e.getMessage());
    }
  }
}
