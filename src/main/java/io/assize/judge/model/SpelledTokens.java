package io.assize.judge.model;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** Finds where a text spells added tokens, in one pass over it. */
public final class SpelledTokens {
  private final Node root = new Node();
  private int longest;

  private static final class Node {
    private final Map<Character, Node> next = new HashMap<>();
    private AddedToken token;
  }

  /** Finds these tokens; of two with one content the first. */
  public SpelledTokens(Collection<AddedToken> tokens) {
    for (AddedToken token : tokens) {
      Node node = root;
      for (int i = 0; i < token.content().length(); i++) {
        node = node.next.computeIfAbsent(token.content().charAt(i), c -> new Node());
      }
      if (node != root && node.token == null) {
        node.token = token;
        longest = Math.max(longest, token.content().length());
      }
    }
  }

  /** The longest token that begins at a place and ends before another; null for none. */
  public AddedToken at(CharSequence text, int at, int end) {
    Node node = root;
    AddedToken found = null;
    for (int i = at; i < end && node != null; i++) {
      node = node.next.get(text.charAt(i));
      found = node != null && node.token != null ? node.token : found;
    }
    return found;
  }

  /** Whether a token stands in a text so that a part of it lies in a stretch. */
  public boolean touch(CharSequence text, int from, int to) {
    for (int at = Math.max(0, from - longest + 1); at < to; at++) {
      AddedToken token = at(text, at, text.length());
      if (token != null && at + token.content().length() > from) {
        return true;
      }
    }
    return false;
  }
}
