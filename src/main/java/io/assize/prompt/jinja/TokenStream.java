package io.assize.prompt.jinja;

import io.assize.prompt.jinja.Token.Kind;
import java.util.List;

/** A template's tokens, taken one after the other. */
final class TokenStream {
  private final List<Token> tokens;
  private int at;

  TokenStream(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token current() {
    return tokens.get(at);
  }

  /** The token after the current one. */
  Token following() {
    return tokens.get(Math.min(at + 1, tokens.size() - 1));
  }

  int line() {
    return current().line();
  }

  Token next() {
    Token token = current();
    if (token.kind() != Kind.END) {
      at++;
    }
    return token;
  }

  boolean is(Kind kind) {
    return current().kind() == kind;
  }

  boolean isName(String name) {
    return current().isName(name);
  }

  boolean isOperator(String operator) {
    return current().isOperator(operator);
  }

  boolean isOneOf(String... operators) {
    for (String operator : operators) {
      if (isOperator(operator)) {
        return true;
      }
    }
    return false;
  }

  boolean skipName(String name) {
    boolean found = isName(name);
    if (found) {
      next();
    }
    return found;
  }

  boolean skipOperator(String operator) {
    boolean found = isOperator(operator);
    if (found) {
      next();
    }
    return found;
  }

  Token expect(Kind kind) {
    if (!is(kind)) {
      throw unexpected(new Token(kind, kind.name().toLowerCase(java.util.Locale.ROOT), 0).shown());
    }
    return next();
  }

  String expectName() {
    return (String) expect(Kind.NAME).value();
  }

  void expectName(String name) {
    if (!skipName(name)) {
      throw unexpected("'" + name + "'");
    }
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  private TemplateException unexpected(String wanted) {
    return is(Kind.END)
        ? new TemplateException(line(), "unexpected end of template, expected %s", wanted)
        : new TemplateException(line(), "expected token %s, got %s", wanted, current().shown());
  }
}
