package io.assize.judge.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.judge.model.SentencePieceModel.Piece;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The tokenizer inside a GGUF file, in the format of Hugging Face's {@code tokenizer.json}:
 * byte-level BPE, whose way of cutting a text into words the file names, or SentencePiece's BPE.
 */
final class GgufTokenizer {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String EOS = "tokenizer.ggml.eos_token_id";
  private static final String EOT = "tokenizer.ggml.eot_token_id";
  private static final String EOM = "tokenizer.ggml.eom_token_id";

  private static final int BYTES = 256;

  /** What ends a turn where the file does not say which token does, the likeliest first. */
  private static final List<String> TURN_ENDS =
      List.of("<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>");

  /** What ends an answer that comes in channels (gpt-oss), and each message of it. */
  private static final String ANSWER_END = "<|return|>";

  private static final String MESSAGE_END = "<|end|>";

  private final GgufFile file;
  private final boolean sentencePiece;
  private final WordSplit split;

  /** Refuses a kind of tokenizer that is not known. */
  GgufTokenizer(GgufFile file) {
    this.file = file;
    String model = file.text("tokenizer.ggml.model", "none");
    String pre = file.text("tokenizer.ggml.pre", "default");
    this.sentencePiece = model.equals("llama");
    this.split = WordSplit.of(pre);
    if (!sentencePiece && (!model.equals("gpt2") || split == null)) {
      throw UserError.configuration(
          "%s: its tokenizer (%s, %s) is not supported: use the Hugging Face directory of the model,"
              + " or a file whose tokenizer is llama, or gpt2 with one of %s",
          file.file().path(), model, pre, WordSplit.names());
    }
  }

  /** The text of the begin token, empty where there is none. */
  String bosToken() {
    return tokenText("tokenizer.ggml.bos_token_id");
  }

  /** The text of the end token, empty where there is none. */
  String eosToken() {
    return tokenText(EOS);
  }

  /** The tokens that end an answer: the text's, the turn's and the message's. */
  Set<Long> endTokens() {
    Set<Long> ends = new TreeSet<>();
    for (String key : List.of(EOS, EOT, EOM)) {
      if (file.has(key)) {
        ends.add((long) file.numbers().whole(key, 0, Integer.MAX_VALUE));
      }
    }
    List<String> tokens = file.texts(TOKENS);
    List<Integer> kinds = kinds(tokens);
    int answer = tokens.indexOf(ANSWER_END);
    if (answer >= 0 && kinds.get(answer) == Piece.CONTROL) {
      // A message in a channel ends there, and the next one follows.
      ends.remove((long) tokens.indexOf(MESSAGE_END));
      ends.add((long) answer);
    } else if (!file.has(EOT)) {
      TURN_ENDS.stream()
          .map(tokens::indexOf)
          .filter(id -> id >= 0 && kinds.get(id) == Piece.CONTROL)
          .findFirst()
          .ifPresent(id -> ends.add((long) id));
    }
    return ends;
  }

  /** The content of a {@code tokenizer.json}. */
  String json() {
    List<String> tokens = file.texts(TOKENS);
    List<Integer> kinds = kinds(tokens);
    if (sentencePiece) {
      return pieces(tokens, kinds).tokenizerJson(true, file.file().path().toString());
    }
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    for (int id = 0; id < tokens.size(); id++) {
      int kind = kinds.get(id);
      if (kind == Piece.CONTROL || kind == Piece.USER_DEFINED) {
        ObjectNode one = added.addObject();
        one.put("id", id).put("content", tokens.get(id)).put("special", kind == Piece.CONTROL);
        one.put("single_word", false).put("lstrip", false);
        one.put("rstrip", false).put("normalized", false);
      }
    }
    root.putNull("post_processor");
    bytePairs(root, tokens);
    return root.toString();
  }

  private SentencePieceModel pieces(List<String> tokens, List<Integer> kinds) {
    List<Number> scores = file.numbers("tokenizer.ggml.scores");
    if (scores.size() != tokens.size()) {
      throw file.broken(
          String.format(
              Locale.ROOT,
              "it has %d tokens, but %d scores of them",
              tokens.size(),
              scores.size()));
    }
    List<Piece> pieces = new ArrayList<>();
    for (int id = 0; id < tokens.size(); id++) {
      pieces.add(new Piece(tokens.get(id), scores.get(id).floatValue(), kinds.get(id)));
    }
    return new SentencePieceModel(
        pieces,
        false,
        kinds.stream().filter(kind -> kind == Piece.BYTE).count() == BYTES,
        kinds.indexOf(Piece.UNKNOWN),
        file.numbers().flag("tokenizer.ggml.add_space_prefix", true),
        false,
        new byte[0]);
  }

  private void bytePairs(ObjectNode root, List<String> tokens) {
    split.into(root);
    ObjectNode model = root.putObject("model");
    model.put("type", "BPE").put("fuse_unk", false).put("byte_fallback", false);
    model.put("ignore_merges", split.wholeWords());
    model.putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      vocabulary.put(tokens.get(id), id);
    }
    ArrayNode merges = model.putArray("merges");
    file.texts("tokenizer.ggml.merges").forEach(merges::add);
  }

  private List<Integer> kinds(List<String> tokens) {
    List<Number> kinds = file.numbers("tokenizer.ggml.token_type");
    if (kinds.size() != tokens.size()) {
      throw file.broken(
          String.format(
              Locale.ROOT, "it has %d tokens, but %d types of them", tokens.size(), kinds.size()));
    }
    return kinds.stream().map(Number::intValue).toList();
  }

  private String tokenText(String key) {
    if (!file.has(key)) {
      return "";
    }
    List<String> tokens = file.texts(TOKENS);
    return tokens.get(file.numbers().whole(key, 0, tokens.size() - 1));
  }
}
