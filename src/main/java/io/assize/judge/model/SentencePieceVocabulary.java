package io.assize.judge.model;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * SentencePiece's pieces as a BPE model of Hugging Face's {@code tokenizer.json}. There are no
 * merges in SentencePiece: two neighbours that make a piece are one merge, and the piece of the
 * highest score is made first. As in transformers' {@code LlamaTokenizerFast}; but nothing merges
 * into a control or byte piece, as in SentencePiece itself.
 */
final class SentencePieceVocabulary {
  private static final String SPACE = "▁";
  private static final int NORMAL = 1;
  private static final int UNKNOWN = 2;
  private static final int USER = 4;
  private static final int BYTE = 6;
  private static final int BYTES = 256;

  /** Places at which all pieces may be cut, and characters of what is cut there. */
  private static final long MAX_WORK = 1L << 28;

  private final List<String> pieces;
  private final List<Number> scores;
  private final List<Integer> kinds;
  private final String where;

  private record Merge(String left, String right, float score, int leftLength, int rightLength) {}

  /**
   * Pieces by their ids.
   *
   * @param kinds SentencePiece's types: 1 normal, 2 unknown, 3 control, 4 the user's, 5 unused, 6
   *     byte
   * @param where names the file in errors
   */
  SentencePieceVocabulary(
      List<String> pieces, List<Number> scores, List<Integer> kinds, String where) {
    this.pieces = pieces;
    this.scores = scores;
    this.kinds = kinds;
    this.where = where;
    if (scores.size() != pieces.size() || kinds.size() != pieces.size()) {
      throw UserError.configuration(
          "%s cannot be read: it has %d tokens, but %d scores and %d types of them",
          where, pieces.size(), scores.size(), kinds.size());
    }
  }

  /**
   * Puts the model, the normalizer and the decoder.
   *
   * @param spacePrefix whether a text begins with a space of its own
   */
  void into(ObjectNode tokenizer, boolean spacePrefix) {
    normalizer(tokenizer.putObject("normalizer"), spacePrefix);
    tokenizer.putNull("pre_tokenizer");
    decoder(tokenizer.putObject("decoder"), spacePrefix);
    ObjectNode model = tokenizer.putObject("model");
    model.put("type", "BPE").put("fuse_unk", true);
    model.put("byte_fallback", kinds.stream().filter(kind -> kind == BYTE).count() == BYTES);
    int unknown = kinds.indexOf(UNKNOWN);
    model.put("unk_token", unknown < 0 ? null : pieces.get(unknown));
    model.putNull("dropout");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < pieces.size(); id++) {
      vocabulary.put(pieces.get(id), id);
    }
    ArrayNode merges = model.putArray("merges");
    for (Merge merge : merges()) {
      merges.add(merge.left() + " " + merge.right());
    }
  }

  private static void normalizer(ObjectNode normalizer, boolean spacePrefix) {
    ArrayNode steps = normalizer.put("type", "Sequence").putArray("normalizers");
    if (spacePrefix) {
      steps.addObject().put("type", "Prepend").put("prepend", SPACE);
    }
    ObjectNode replace = steps.addObject().put("type", "Replace").put("content", SPACE);
    replace.putObject("pattern").put("String", " ");
  }

  private static void decoder(ObjectNode decoder, boolean spacePrefix) {
    ArrayNode steps = decoder.put("type", "Sequence").putArray("decoders");
    ObjectNode replace = steps.addObject().put("type", "Replace").put("content", " ");
    replace.putObject("pattern").put("String", SPACE);
    steps.addObject().put("type", "ByteFallback");
    steps.addObject().put("type", "Fuse");
    if (spacePrefix) {
      steps.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
  }

  /** The best first: by score, then the longer left part, then the earlier piece. */
  private List<Merge> merges() {
    Map<String, Integer> ids = new HashMap<>();
    Set<String> texts = new HashSet<>();
    long work = 0;
    for (int id = 0; id < pieces.size(); id++) {
      if (merged(id)) {
        ids.put(pieces.get(id), id);
      }
      work += (long) pieces.get(id).length() * pieces.get(id).length();
    }
    if (work > MAX_WORK) {
      throw UserError.configuration(
          "%s cannot be read: its tokens are longer than any tokenizer's", where);
    }
    List<Merge> merges = new ArrayList<>();
    for (int id = 0; id < pieces.size(); id++) {
      String piece = pieces.get(id);
      if (merged(id) && texts.add(piece)) {
        merges.addAll(cuts(piece, scores.get(ids.get(piece)).floatValue(), ids));
      }
    }
    merges.sort(
        Comparator.comparing(Merge::score)
            .thenComparing(Merge::leftLength)
            .thenComparing(Merge::rightLength)
            .reversed());
    return merges;
  }

  /** All pairs of pieces that make one, by the parts' ids. */
  private static List<Merge> cuts(String piece, float score, Map<String, Integer> ids) {
    List<Merge> cuts = new ArrayList<>();
    int length = piece.codePointCount(0, piece.length());
    int at = 0;
    for (int left = 1; left < length; left++) {
      at = piece.offsetByCodePoints(at, 1);
      String before = piece.substring(0, at);
      String after = piece.substring(at);
      if (ids.containsKey(before) && ids.containsKey(after)) {
        cuts.add(new Merge(before, after, score, left, length - left));
      }
    }
    cuts.sort(
        Comparator.comparing((Merge cut) -> ids.get(cut.left()))
            .thenComparing(cut -> ids.get(cut.right())));
    return cuts;
  }

  /** Whether neighbours may make a piece; one with a space in it never comes about. */
  private boolean merged(int id) {
    int kind = kinds.get(id);
    return (kind == NORMAL || kind == USER) && pieces.get(id).indexOf(' ') < 0;
  }
}
