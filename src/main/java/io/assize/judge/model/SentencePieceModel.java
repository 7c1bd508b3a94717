package io.assize.judge.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A SentencePiece vocabulary, from a {@code tokenizer.model} or a GGUF file, and the {@code
 * tokenizer.json} that {@code transformers} makes of it for Llama's tokenizers. There are no merges
 * in SentencePiece: two neighbours that make a piece are one merge, and the piece of the highest
 * score is made first. But nothing merges into a control or byte piece, as in SentencePiece itself.
 *
 * @param pieces by id
 * @param unigram whether the most probable pieces are taken; else neighbours are merged, best first
 * @param byteFallback whether characters without a piece become bytes
 * @param unknown the id of the piece for what has no other; -1 for none
 * @param addPrefixSpace whether a text is read as if a space stood before it
 * @param oneSpace whether spaces at a text's ends are dropped and several become one
 * @param charsMap SentencePiece's compiled normalisation; empty for none
 */
@SuppressWarnings("ArrayRecordComponent") // A table in bulk, never compared.
public record SentencePieceModel(
    List<Piece> pieces,
    boolean unigram,
    boolean byteFallback,
    int unknown,
    boolean addPrefixSpace,
    boolean oneSpace,
    byte[] charsMap) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MARK = "▁";

  /** Places at which all pieces may be cut, and characters of what is cut there. */
  private static final long MAX_WORK = 1L << 28;

  public SentencePieceModel {
    pieces = List.copyOf(pieces);
    charsMap = charsMap.clone();
  }

  /**
   * A piece.
   *
   * @param type SentencePiece's number, which GGUF's is too
   */
  public record Piece(String text, float score, int type) {
    public static final int NORMAL = 1;
    public static final int UNKNOWN = 2;
    public static final int CONTROL = 3;
    public static final int USER_DEFINED = 4;
    public static final int UNUSED = 5;
    public static final int BYTE = 6;

    /** Whether neighbours may become it; one with a space in it never comes about. */
    private boolean merged() {
      return (type == NORMAL || type == USER_DEFINED) && text.indexOf(' ') < 0;
    }
  }

  /** Two pieces that become one. */
  private record Merge(String left, String right, float score, int leftLength, int rightLength) {}

  /**
   * The content of a {@code tokenizer.json}.
   *
   * @param legacy whether each stretch between special tokens gets a space of its own, as Llama 2's
   *     tokenizer does where its configuration does not say otherwise; else the first one only
   * @param where names the file in errors
   */
  public String tokenizerJson(boolean legacy, String where) {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation").putNull("padding");
    addedTokens(root.putArray("added_tokens"));
    ArrayNode normalizers = JSON.createArrayNode();
    normalisation(normalizers, legacy);
    if (legacy) {
      if (addPrefixSpace) {
        normalizers.addObject().put("type", "Prepend").put("prepend", MARK);
      }
      normalizers.add(replace("String", " ", MARK));
      root.putNull("pre_tokenizer");
    } else {
      root.set("pre_tokenizer", metaspace());
    }
    if (normalizers.isEmpty()) {
      root.putNull("normalizer");
    } else {
      root.putObject("normalizer").put("type", "Sequence").set("normalizers", normalizers);
    }
    root.putNull("post_processor");
    root.set("decoder", decoder());
    root.set("model", unigram ? unigramModel() : merging(where));
    return root.toString();
  }

  /** The text of a piece of a kind, such as the end token; empty where there is no such id. */
  String text(int id) {
    return id >= 0 && id < pieces.size() ? pieces.get(id).text() : "";
  }

  private void addedTokens(ArrayNode added) {
    for (int id = 0; id < pieces.size(); id++) {
      Piece piece = pieces.get(id);
      boolean special = piece.type() == Piece.CONTROL || piece.type() == Piece.UNKNOWN;
      if ((special || piece.type() == Piece.USER_DEFINED) && !piece.text().isEmpty()) {
        ObjectNode token = added.addObject().put("id", id).put("content", piece.text());
        token.put("single_word", false).put("lstrip", false).put("rstrip", false);
        token.put("normalized", false).put("special", special);
      }
    }
  }

  /** Where only the first stretch gets a space, a space that a stretch begins with is one. */
  private void normalisation(ArrayNode normalizers, boolean legacy) {
    if (charsMap.length > 0) {
      normalizers
          .addObject()
          .put("type", "Precompiled")
          .put("precompiled_charsmap", Base64.getEncoder().encodeToString(charsMap));
    }
    if (oneSpace) {
      normalizers.add(replace("Regex", " {2,}", " "));
      normalizers.add(replace("Regex", legacy ? "\\A | \\z" : " \\z", ""));
    }
  }

  private ObjectNode metaspace() {
    return JSON.createObjectNode()
        .put("type", "Metaspace")
        .put("replacement", MARK)
        .put("prepend_scheme", addPrefixSpace ? "first" : "never")
        .put("split", false);
  }

  private ObjectNode decoder() {
    ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
    ArrayNode decoders = sequence.putArray("decoders");
    decoders.add(replace("String", MARK, " "));
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    if (addPrefixSpace) {
      decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
    return sequence;
  }

  private ObjectNode unigramModel() {
    ObjectNode model = JSON.createObjectNode().put("type", "Unigram").put("unk_id", unknown);
    ArrayNode vocabulary = model.putArray("vocab");
    for (Piece piece : pieces) {
      vocabulary.addArray().add(piece.text()).add((double) piece.score());
    }
    return model.put("byte_fallback", byteFallback);
  }

  private ObjectNode merging(String where) {
    ObjectNode model = JSON.createObjectNode().put("type", "BPE").putNull("dropout");
    model.put("unk_token", text(unknown).isEmpty() ? null : text(unknown));
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.put("fuse_unk", true).put("byte_fallback", byteFallback).put("ignore_merges", false);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < pieces.size(); id++) {
      vocabulary.put(pieces.get(id).text(), id);
    }
    ArrayNode merges = model.putArray("merges");
    for (Merge merge : merges(where)) {
      merges.addArray().add(merge.left()).add(merge.right());
    }
    return model;
  }

  /**
   * All pairs of pieces that make a piece, in transformers' order: the best piece first, and of one
   * piece's pairs that with the longer left part.
   */
  private List<Merge> merges(String where) {
    Map<String, Integer> ids = new HashMap<>();
    long work = 0;
    for (int id = 0; id < pieces.size(); id++) {
      if (pieces.get(id).merged()) {
        ids.put(pieces.get(id).text(), id);
      }
      work += (long) pieces.get(id).text().length() * pieces.get(id).text().length();
    }
    if (work > MAX_WORK) {
      throw UserError.configuration(
          "%s cannot be read: its tokens are longer than any tokenizer's", where);
    }
    List<Merge> merges = new ArrayList<>();
    for (int id = 0; id < pieces.size(); id++) {
      // Of several pieces with one text the last has it.
      if (Integer.valueOf(id).equals(ids.get(pieces.get(id).text()))) {
        merges.addAll(cuts(pieces.get(id), ids));
      }
    }
    merges.sort(
        Comparator.comparingDouble(Merge::score)
            .thenComparingInt(Merge::leftLength)
            .thenComparingInt(Merge::rightLength)
            .reversed());
    return merges;
  }

  /** All pairs of pieces that make one, by the parts' ids. */
  private static List<Merge> cuts(Piece piece, Map<String, Integer> ids) {
    List<Merge> cuts = new ArrayList<>();
    String text = piece.text();
    int length = text.codePointCount(0, text.length());
    int at = 0;
    for (int left = 1; left < length; left++) {
      at = text.offsetByCodePoints(at, 1);
      String before = text.substring(0, at);
      String after = text.substring(at);
      if (ids.containsKey(before) && ids.containsKey(after)) {
        cuts.add(new Merge(before, after, piece.score(), left, length - left));
      }
    }
    cuts.sort(
        Comparator.<Merge>comparingInt(cut -> ids.get(cut.left()))
            .thenComparingInt(cut -> ids.get(cut.right())));
    return cuts;
  }

  private static ObjectNode replace(String kind, String pattern, String content) {
    ObjectNode replace = JSON.createObjectNode().put("type", "Replace");
    replace.putObject("pattern").put(kind, pattern);
    return replace.put("content", content);
  }
}
