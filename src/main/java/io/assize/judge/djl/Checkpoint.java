package io.assize.judge.djl;

import io.assize.prompt.ChatTemplate;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Set;

/** A model as it lies on disk: shape, tokenizer, and weights by Hugging Face's names and layout. */
interface Checkpoint extends AutoCloseable {

  DecoderConfig config();

  /** The tokenizer in the format of Hugging Face's {@code tokenizer.json}. */
  String tokenizerJson();

  /** The model's own chat template. */
  ChatTemplate chatTemplate();

  /** The text of the begin token, empty where there is none. */
  String bosToken();

  /** The text of the end token, empty where there is none. */
  String eosToken();

  /** The tokens that end an answer. */
  Set<Long> endTokens();

  /** A tensor's dimensions, outermost first. */
  long[] shape(String name);

  /** Reads {@code rows} of the outermost dimension as float32 into a direct buffer of its own. */
  FloatBuffer read(String name, long from, long rows) throws IOException;

  @Override
  void close() throws IOException;
}
