package io.assize.judge.model;

import io.assize.prompt.ChatTemplate;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/** A model as it lies on disk: family, shape, tokenizer, and weights in Hugging Face's layout. */
public interface Checkpoint extends AutoCloseable {

  /** Its family. */
  Architecture architecture();

  DecoderConfig config();

  /** What a user should know of how its weights are read, in a few words each. */
  default List<String> notes() {
    return List.of();
  }

  /** The tokenizer in the format of Hugging Face's {@code tokenizer.json}. */
  String tokenizerJson();

  /** Whether that is what lies there, and nothing was added to it from other files. */
  default boolean tokenizerAsFound() {
    return true;
  }

  /**
   * One of the model's own chat templates.
   *
   * @param name null for the one that it is used with where none is named
   * @throws io.assize.config.UserError where it has none, or none of that name
   */
  ChatTemplate chatTemplate(String name);

  /** The text of the begin token, empty where there is none. */
  String bosToken();

  /** The text of the end token, empty where there is none. */
  String eosToken();

  /** The tokens that end an answer. */
  Set<Long> endTokens();

  /** The token that fills batches up, which is no part of a chat that a reward model scores. */
  default OptionalLong paddingToken() {
    return OptionalLong.empty();
  }

  /** A tensor's dimensions, outermost first; null where there is no such tensor. */
  long[] shape(Tensor tensor);

  /** Reads {@code rows} of the outermost dimension as float32 into a direct buffer of its own. */
  FloatBuffer read(Tensor tensor, long from, long rows) throws IOException;

  /**
   * The sha-256 of each file as it was opened, by its name in the checkpoint.
   *
   * @param claim whether they are checked again by others, so that what this JVM knows will do
   */
  Map<String, String> sums(boolean claim) throws IOException;

  @Override
  void close() throws IOException;
}
