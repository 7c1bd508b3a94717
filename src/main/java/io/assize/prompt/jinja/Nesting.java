package io.assize.prompt.jinja;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Supplier;

/**
 * Refuses what nests deeper than {@link Limits#TEMPLATE_DEPTH}, be it in brackets and blocks or in
 * chains: what parses and runs a template calls itself as deep.
 */
final class Nesting {
  /** How long a chain as {@code a + b + c} may be. */
  private static final int CHAIN = 2 * Limits.TEMPLATE_DEPTH;

  private final TokenStream tokens;
  private final IdentityHashMap<Expression, Integer> heights = new IdentityHashMap<>();
  private int depth;

  /** With the tokens that are parsed, for the line in messages. */
  Nesting(TokenStream tokens) {
    this.tokens = tokens;
  }

  /** Parses one level deeper, and refuses what is too deep. */
  <T> T deeper(Supplier<T> parse) {
    if (++depth > Limits.TEMPLATE_DEPTH) {
      throw tooDeep();
    }
    T parsed = parse.get();
    depth--;
    return parsed;
  }

  private TemplateException tooDeep() {
    return new TemplateException(
        tokens.line(),
        "nests deeper than %d levels: the template is refused",
        Limits.TEMPLATE_DEPTH);
  }

  /** An expression one higher than its highest part. */
  Expression over(Expression made, Expression... parts) {
    int height = 0;
    for (Expression part : parts) {
      height = Math.max(height, heights.getOrDefault(part, 0));
    }
    if (height >= CHAIN) {
      throw new TemplateException(
          tokens.line(), "has a chain of more than %d operations: the template is refused", CHAIN);
    }
    heights.put(made, height + 1);
    return made;
  }

  Expression over(Expression made, List<Expression> parts) {
    return over(made, parts.toArray(new Expression[0]));
  }
}
