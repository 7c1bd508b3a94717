package io.assize.prompt.jinja;

import io.assize.prompt.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/** Parses what may follow a value: subscripts, calls, filters and tests, with their arguments. */
final class PostfixParser {
  private final ExpressionParser expressions;
  private final TokenStream tokens;
  private final Nesting nesting;
  private final UnknownNames unknown;

  PostfixParser(
      ExpressionParser expressions, TokenStream tokens, Nesting nesting, UnknownNames unknown) {
    this.expressions = expressions;
    this.tokens = tokens;
    this.nesting = nesting;
    this.unknown = unknown;
  }

  /** A value with the subscripts and calls that follow it. */
  Expression subscriptsAndCalls(Expression of) {
    Expression value = of;
    while (tokens.isOneOf(".", "[", "(")) {
      value = tokens.isOperator("(") ? call(value) : subscript(value);
    }
    return value;
  }

  /** A value with the filters, tests and calls that follow it. */
  Expression filtersAndTests(Expression of) {
    Expression value = of;
    while (true) {
      if (tokens.skipOperator("|")) {
        value = filter(value);
      } else if (tokens.isName("is")) {
        value = test(value);
      } else if (tokens.isOperator("(")) {
        value = call(value);
      } else {
        return value;
      }
    }
  }

  private Expression subscript(Expression of) {
    int line = tokens.line();
    if (tokens.skipOperator(".")) {
      if (tokens.is(Kind.INTEGER)) {
        Expression index = new Expression.Constant(tokens.next().value());
        return nesting.over(new Expression.Item(line, of, index), of);
      }
      if (!tokens.is(Kind.NAME)) {
        throw new TemplateException(tokens.line(), "expected name or number");
      }
      return nesting.over(new Expression.Attribute(line, of, tokens.expectName()), of);
    }
    tokens.expectOperator("[");
    if (tokens.skipOperator("]")) {
      // An empty tuple is the key.
      Expression none = new Expression.Sequence(List.of(), true);
      return nesting.over(new Expression.Item(line, of, none), of);
    }
    Expression start = tokens.isOperator(":") ? null : expressions.expression();
    if (tokens.isOperator(":")) {
      return slice(line, of, start);
    }
    List<Expression> keys = new ArrayList<>();
    if (start == null) {
      throw new TemplateException(line, "Expected an expression, got ']'");
    }
    keys.add(start);
    while (tokens.skipOperator(",")) {
      keys.add(expressions.expression());
    }
    tokens.expectOperator("]");
    Expression key =
        keys.size() == 1
            ? start
            : nesting.over(new Expression.Sequence(List.copyOf(keys), true), keys);
    return nesting.over(new Expression.Item(line, of, key), of, key);
  }

  private Expression slice(int line, Expression of, Expression start) {
    tokens.expectOperator(":");
    Expression stop = slicePart();
    Expression step = tokens.skipOperator(":") ? slicePart() : null;
    tokens.expectOperator("]");
    List<Expression> parts = new ArrayList<>(List.of(of));
    for (Expression part : new Expression[] {start, stop, step}) {
      if (part != null) {
        parts.add(part);
      }
    }
    return nesting.over(new Expression.Slice(line, of, start, stop, step), parts);
  }

  private Expression slicePart() {
    return tokens.isOneOf(":", "]") ? null : expressions.expression();
  }

  private Expression call(Expression callee) {
    int line = tokens.line();
    CallArguments arguments = arguments();
    return nesting.over(new Expression.Call(line, callee, arguments), parts(callee, arguments));
  }

  private static List<Expression> parts(Expression of, CallArguments arguments) {
    List<Expression> parts = new ArrayList<>(arguments.positional());
    parts.addAll(arguments.values());
    for (Expression part : new Expression[] {of, arguments.rest(), arguments.namedRest()}) {
      if (part != null) {
        parts.add(part);
      }
    }
    return parts;
  }

  private CallArguments arguments() {
    List<Expression> positional = new ArrayList<>();
    List<String> names = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    Expression rest = null;
    Expression namedRest = null;
    int line = tokens.line();
    tokens.expectOperator("(");
    while (!tokens.isOperator(")")) {
      boolean fits = namedRest == null;
      if (tokens.skipOperator("*")) {
        fits &= rest == null;
        rest = expressions.expression();
      } else if (tokens.skipOperator("**")) {
        namedRest = expressions.expression();
      } else if (tokens.is(Kind.NAME) && tokens.following().isOperator("=")) {
        names.add(tokens.expectName());
        tokens.next();
        values.add(expressions.expression());
      } else {
        fits &= rest == null && names.isEmpty();
        positional.add(expressions.expression());
      }
      if (!fits) {
        throw new TemplateException(line, "invalid syntax for function call expression");
      }
      if (!tokens.isOperator(")")) {
        tokens.expectOperator(",");
      }
    }
    tokens.next();
    if (new HashSet<>(names).size() < names.size()) {
      throw new TemplateException(line, "keyword argument repeated");
    }
    return new CallArguments(
        List.copyOf(positional), List.copyOf(names), List.copyOf(values), rest, namedRest);
  }

  /** The filter whose name comes next; {@code of} is null for a block. */
  Expression filter(Expression of) {
    int line = tokens.line();
    String name = dottedName();
    if (Filters.get(name) == null) {
      unknown.add(line, "filter", name);
    }
    CallArguments arguments = tokens.isOperator("(") ? arguments() : CallArguments.NONE;
    return nesting.over(new Expression.Filter(line, of, name, arguments), parts(of, arguments));
  }

  private Expression test(Expression of) {
    int line = tokens.line();
    tokens.expectName("is");
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    if (Tests.get(name) == null) {
      unknown.add(line, "test", name);
    }
    CallArguments arguments = testArguments();
    Expression test =
        nesting.over(new Expression.Test(line, of, name, arguments), parts(of, arguments));
    return negated ? nesting.over(new Expression.Unary("not", test), test) : test;
  }

  private CallArguments testArguments() {
    if (tokens.isOperator("(")) {
      return arguments();
    }
    boolean begins =
        tokens.is(Kind.NAME)
            || tokens.is(Kind.STRING)
            || tokens.is(Kind.INTEGER)
            || tokens.is(Kind.FLOAT)
            || tokens.isOneOf("[", "{");
    if (!begins || tokens.isName("else") || tokens.isName("or") || tokens.isName("and")) {
      return CallArguments.NONE;
    }
    if (tokens.isName("is")) {
      throw new TemplateException(tokens.line(), "You cannot chain multiple tests with is");
    }
    return CallArguments.of(nesting.deeper(() -> subscriptsAndCalls(expressions.primary())));
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expectName());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expectName());
    }
    return name.toString();
  }
}
