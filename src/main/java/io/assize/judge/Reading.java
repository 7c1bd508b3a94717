package io.assize.judge;

import java.util.List;

/**
 * What a language model reads of a prompt before it writes anything.
 *
 * @param text the rendered chat, with the beginning of the answer where it is given
 * @param tokens its tokens as the model gets them
 */
public record Reading(String text, List<Token> tokens) {
  public Reading {
    tokens = List.copyOf(tokens);
  }

  /**
   * A token.
   *
   * @param piece as the tokenizer's vocabulary writes it; empty where it has none of the id
   */
  public record Token(long id, String piece) {}
}
