package io.assize.judge.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How byte-level tokenizers cut a text into words before they pair its bytes, by the name that GGUF
 * has for it ({@code tokenizer.ggml.pre}), as the models' own {@code tokenizer.json} says it.
 */
enum WordSplit {
  GPT_2(List.of("gpt-2", "default"), null, false, false),
  /** Each digit alone, then as GPT-2. */
  SMOLLM(List.of("smollm", "refact"), null, false, false),
  LLAMA_3(List.of("llama-bpe", "llama3", "llama-v3"), Patterns.LLAMA_3, true, false),
  /** The same, whose words are paired from their bytes always: OLMo 2 and Phi-4. */
  DBRX(List.of("dbrx", "smaug-bpe"), Patterns.LLAMA_3, false, false),
  /** gpt-oss and Phi-4 mini: as Mistral NeMo's, with what an apostrophe shortens. */
  GPT_4O(
      List.of("gpt-4o"),
      "[^\\r\\n\\p{L}\\p{N}]?"
          + Patterns.UPPER
          + "*"
          + Patterns.LOWER
          + "+"
          + Patterns.CONTRACTIONS
          + "?|[^\\r\\n\\p{L}\\p{N}]?"
          + Patterns.UPPER
          + "+"
          + Patterns.LOWER
          + "*"
          + Patterns.CONTRACTIONS
          + "?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
          + Patterns.WHITE,
      false,
      false),
  /** Qwen 2, 2.5 and 3, whose texts are composed (NFC) first. */
  QWEN_2(List.of("qwen2"), Patterns.QWEN_2, false, true),
  /** DeepSeek's models made of Qwen's. */
  DEEPSEEK_QWEN(List.of("deepseek-r1-qwen"), Patterns.QWEN_2, false, false),
  /** Mistral NeMo and later: words change where a capital letter follows a small one. */
  TEKKEN(
      List.of("tekken"),
      "[^\\r\\n\\p{L}\\p{N}]?"
          + Patterns.UPPER
          + "*"
          + Patterns.LOWER
          + "+|[^\\r\\n\\p{L}\\p{N}]?"
          + Patterns.UPPER
          + "+"
          + Patterns.LOWER
          + "*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*"
          + Patterns.WHITE,
      true,
      false);

  private static final ObjectMapper JSON = new ObjectMapper();

  // Made by List.of.
  @SuppressWarnings("ImmutableEnumChecker")
  private final List<String> names;

  private final String pattern;
  private final boolean wholeWords;
  private final boolean composed;

  /** Parts of the patterns. */
  private static final class Patterns {
    static final String CONTRACTIONS = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    static final String WHITE = "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
    static final String UPPER = "[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]";
    static final String LOWER = "[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]";
    static final String LLAMA_3 =
        CONTRACTIONS
            + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + WHITE;
    static final String QWEN_2 =
        CONTRACTIONS
            + "|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}"
            + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + WHITE;
  }

  WordSplit(List<String> names, String pattern, boolean wholeWords, boolean composed) {
    this.names = names;
    this.pattern = pattern;
    this.wholeWords = wholeWords;
    this.composed = composed;
  }

  /** The one of a name; null for one that is not supported. */
  static WordSplit of(String name) {
    for (WordSplit split : values()) {
      if (split.names.contains(name)) {
        return split;
      }
    }
    return null;
  }

  /** The names of all that are supported. */
  static String names() {
    List<String> all = new ArrayList<>();
    for (WordSplit split : values()) {
      all.addAll(split.names);
    }
    Collections.sort(all);
    return String.join(", ", all);
  }

  /** Whether a word that is a token is not paired from its bytes, but taken as it is. */
  boolean wholeWords() {
    return wholeWords;
  }

  /** Puts what comes before the pairs, and what turns them back into text. */
  void into(ObjectNode tokenizer) {
    if (composed) {
      tokenizer.putObject("normalizer").put("type", "NFC");
    } else {
      tokenizer.putNull("normalizer");
    }
    tokenizer.set("pre_tokenizer", preTokenizer());
    tokenizer.set("decoder", byteLevel(true));
  }

  private ObjectNode preTokenizer() {
    if (this == GPT_2) {
      return byteLevel(true);
    }
    ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    if (this == SMOLLM) {
      steps.addObject().put("type", "Digits").put("individual_digits", true);
      steps.add(byteLevel(true));
    } else {
      ObjectNode cut = steps.addObject().put("type", "Split");
      cut.putObject("pattern").put("Regex", pattern);
      cut.put("behavior", "Isolated").put("invert", false);
      steps.add(byteLevel(false));
    }
    return sequence;
  }

  private static ObjectNode byteLevel(boolean regex) {
    return JSON.createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", regex);
  }
}
