package io.assize.judge.djl;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.judge.model.AddedToken;
import io.assize.judge.model.GuardedJson;
import io.assize.judge.model.SpelledTokens;
import io.assize.judge.model.Tokenizer;
import io.assize.judge.model.TokenizerJson;
import io.assize.prompt.Segment;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Text to tokens and back: those of Hugging Face's tokenizer over the whole rendered chat, its
 * added tokens known. But the contents of messages are data, and never become a control token
 * ({@link AddedToken#control}), whatever they spell: where they spell one, they are tokenized as
 * plain text by a second tokenizer that knows the control tokens by secret names only, and the log
 * says so once. Any thread may use it.
 */
public final class PromptTokenizer implements Tokenizer {
  static {
    Djl.settle();
  }

  private static final Logger LOG = LoggerFactory.getLogger(PromptTokenizer.class);

  private static final Map<String, String> OPTIONS =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  private final SpelledTokens added;
  private final SpelledTokens controls;
  private final Set<Long> controlIds = new HashSet<>();
  private final Map<String, String> names;
  private final boolean contextual;
  private final boolean asBefore;

  /** Whether control tokens can also come out of text that does not spell them as it stands. */
  private final boolean hidden;

  private final HuggingFaceTokenizer whole;
  private final HuggingFaceTokenizer guarded;
  private final AtomicBoolean told = new AtomicBoolean();

  /** A text and which of its characters are data. */
  private record Marked(String text, BitSet data) {}

  /** Takes the content of a tokenizer.json. */
  public PromptTokenizer(String tokenizerJson, String where) {
    ObjectNode json = TokenizerJson.checked(tokenizerJson, where);
    List<AddedToken> tokens = new ArrayList<>();
    for (JsonNode one : json.path("added_tokens")) {
      tokens.add(AddedToken.of(one));
    }
    List<AddedToken> control = tokens.stream().filter(AddedToken::control).toList();
    // What stands for any unknown character is no sign of a token in the text.
    JsonNode model = json.path("model");
    String unknown = model.path("vocab").path(model.path("unk_id").asInt(0)).path(0).asText();
    control.stream()
        .filter(token -> !token.content().equals(model.path("unk_token").asText(unknown)))
        .forEach(token -> controlIds.add(token.id()));
    added = new SpelledTokens(tokens);
    controls = new SpelledTokens(control);
    contextual = TokenizerJson.contextual(json);
    hidden = TokenizerJson.hides(json, control);
    asBefore = !contextual && !hidden && tokens.stream().allMatch(PromptTokenizer::plain);
    json.putNull("post_processor");
    whole = open(json, where);
    try {
      GuardedJson guard = GuardedJson.of(json);
      names = guard.names();
      guarded = open(guard.json(), where);
    } catch (RuntimeException e) {
      whole.close();
      throw e;
    }
  }

  @Override
  public long[] encode(List<Segment> segments) {
    Marked chat = marked(segments);
    if (!spells(chat)) {
      Encoding all = whole.encode(chat.text(), false, false);
      if (!hidden || !tookData(all, chat)) {
        return all.getIds();
      }
    }
    if (told.compareAndSet(false, true)) {
      LOG.warn(
          "a text spells a control token of the model: it is read as plain text, here and wherever"
              + " else one does");
    }
    return asData(chat);
  }

  @Override
  public long[] encodeText(String text) {
    return encode(List.of(new Segment(text, false)));
  }

  @Override
  public boolean contextual() {
    return contextual;
  }

  @Override
  public boolean asBefore() {
    return asBefore;
  }

  @Override
  public String decode(long[] ids) {
    return whole.decode(ids, true);
  }

  @Override
  public void close() {
    guarded.close();
    whole.close();
  }

  private static boolean plain(AddedToken token) {
    return token.control() && !token.strips() && !token.singleWord();
  }

  private static Marked marked(List<Segment> segments) {
    StringBuilder text = new StringBuilder();
    BitSet data = new BitSet();
    for (Segment segment : segments) {
      int from = text.length();
      text.append(segment.text());
      data.set(from, text.length(), !segment.control());
    }
    return new Marked(wellFormed(text.toString()), data);
  }

  /** Whether data spells a control token, or a part of one. */
  private boolean spells(Marked chat) {
    int from = chat.data().nextSetBit(0);
    while (from >= 0) {
      int to = chat.data().nextClearBit(from);
      if (controls.touch(chat.text(), from, to)) {
        return true;
      }
      from = chat.data().nextSetBit(to);
    }
    return false;
  }

  /** Whether a control token was made of data. */
  private boolean tookData(Encoding all, Marked chat) {
    long[] ids = all.getIds();
    CharSpan[] spans = null;
    int points = 0;
    int at = 0;
    for (int i = 0; i < ids.length; i++) {
      if (!controlIds.contains(ids[i])) {
        continue;
      }
      spans = spans == null ? all.getCharTokenSpans() : spans;
      if (spans[i] == null || spans[i].getStart() < points) {
        return true;
      }
      at = chat.text().offsetByCodePoints(at, spans[i].getStart() - points);
      points = spans[i].getStart();
      int end = chat.text().offsetByCodePoints(at, spans[i].getEnd() - points);
      for (int c = chat.data().nextSetBit(at);
          c >= 0 && c < end;
          c = chat.data().nextSetBit(c + 1)) {
        if (!Character.isWhitespace(chat.text().charAt(c))) {
          return true;
        }
      }
    }
    return false;
  }

  /** The tokens where control tokens are those of the control text only. */
  private long[] asData(Marked chat) {
    int[] named = {0};
    long[] ids = guarded.encode(named(chat, true, named), false, false).getIds();
    int found = 0;
    for (long id : ids) {
      found += controlIds.contains(id) ? 1 : 0;
    }
    // Normalisation may hide a name as it hides the token: then it must not be read as text.
    return found >= named[0]
        ? ids
        : guarded.encode(named(chat, false, named), false, false).getIds();
  }

  /**
   * The text with names in place of the control tokens of control text.
   *
   * @param normalized whether also of those that are looked for after normalisation
   * @param count takes their number
   */
  private String named(Marked chat, boolean normalized, int[] count) {
    String text = chat.text();
    StringBuilder named = new StringBuilder(text.length());
    int end = 0;
    for (int at = 0; at < text.length(); ) {
      if (at >= end) {
        int data = chat.data().nextSetBit(at);
        end = data < 0 ? text.length() : data;
      }
      if (at >= end) {
        end = chat.data().nextClearBit(at);
        named.append(text, at, end);
        at = end;
        continue;
      }
      AddedToken token = added.at(text, at, end);
      int length = token == null ? 1 : token.content().length();
      boolean stands =
          token != null
              && token.control()
              && (normalized || !token.normalized())
              && !(token.singleWord() && touched(text, at, at + length));
      named.append(stands ? names.get(token.content()) : text.substring(at, at + length));
      count[0] += stands ? 1 : 0;
      at += length;
    }
    return named.toString();
  }

  /** Whether a letter, a digit or another part of a word stands right before or after. */
  private static boolean touched(String text, int from, int to) {
    return (from > 0 && inWord(text.codePointBefore(from)))
        || (to < text.length() && inWord(text.codePointAt(to)));
  }

  private static boolean inWord(int point) {
    int type = Character.getType(point);
    return Character.isLetterOrDigit(point)
        || Character.isAlphabetic(point)
        || type == Character.CONNECTOR_PUNCTUATION
        || type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.COMBINING_SPACING_MARK
        || point == 0x200c
        || point == 0x200d;
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
