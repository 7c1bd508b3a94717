package io.assize.judge.model;

import io.assize.prompt.Segment;
import java.util.List;

/**
 * A model's text as tokens and back. Special tokens are recognised in control text only, whatever
 * the contents of messages spell. Any thread may use it.
 */
public interface Tokenizer extends AutoCloseable {

  /** What makes a tokenizer of a checkpoint's own. */
  @FunctionalInterface
  interface Opener {
    /**
     * Opens a tokenizer.
     *
     * @param tokenizerJson the content of a {@code tokenizer.json}
     * @param where names the model in errors
     * @throws io.assize.config.UserError where it cannot be used
     */
    Tokenizer open(String tokenizerJson, String where);
  }

  /** The tokens of a rendered chat. */
  long[] encode(List<Segment> segments);

  /** The tokens of plain text. */
  long[] encodeText(String text);

  /** The text of tokens, special tokens left out. */
  String decode(long[] ids);

  @Override
  void close();
}
