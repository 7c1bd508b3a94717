package io.assize.prompt.jinja;

import io.assize.prompt.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/** Parses expressions, each method one level of Jinja's precedence, loosest first. */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  private final TokenStream tokens;
  private final Nesting nesting;
  private final UnknownNames unknown;
  private final PostfixParser postfix;

  ExpressionParser(TokenStream tokens, Nesting nesting, UnknownNames unknown) {
    this.tokens = tokens;
    this.nesting = nesting;
    this.unknown = unknown;
    this.postfix = new PostfixParser(this, tokens, nesting, unknown);
  }

  /** The filter whose name comes next; {@code of} is null for a block. */
  Expression filter(Expression of) {
    return postfix.filter(of);
  }

  /** An expression, or a tuple where commas follow. */
  Expression tuple(boolean conditional, String endName) {
    return tuple(conditional, endName, false);
  }

  private Expression tuple(boolean conditional, String endName, boolean bracketed) {
    List<Expression> items = new ArrayList<>();
    boolean several = false;
    while (!tupleEnds(endName)) {
      items.add(conditional ? expression() : nesting.deeper(this::or));
      if (!tokens.skipOperator(",")) {
        break;
      }
      several = true;
    }
    if (!several && !items.isEmpty()) {
      return items.get(0);
    }
    if (items.isEmpty() && !bracketed) {
      throw new TemplateException(
          tokens.line(), "Expected an expression, got %s", tokens.current().shown());
    }
    return nesting.over(new Expression.Sequence(List.copyOf(items), true), items);
  }

  private boolean tupleEnds(String endName) {
    return tokens.is(Kind.VARIABLE_END)
        || tokens.is(Kind.BLOCK_END)
        || tokens.isOperator(")")
        || (endName != null && tokens.isName(endName));
  }

  Expression expression() {
    return nesting.deeper(this::conditional);
  }

  private Expression conditional() {
    int line = tokens.line();
    int known = unknown.count();
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression test = or();
      Expression otherwise = tokens.skipName("else") ? expression() : null;
      value =
          otherwise == null
              ? nesting.over(new Expression.Conditional(line, test, value, null), test, value)
              : nesting.over(
                  new Expression.Conditional(line, test, value, otherwise), test, value, otherwise);
      unknown.keepFirst(known);
      line = tokens.line();
    }
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      Expression right = and();
      left = nesting.over(new Expression.Logical(false, left, right), left, right);
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      Expression right = not();
      left = nesting.over(new Expression.Logical(true, left, right), left, right);
    }
    return left;
  }

  private Expression not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    Expression operand = nesting.deeper(this::not);
    return nesting.over(new Expression.Unary("not", operand), operand);
  }

  private Expression comparison() {
    int line = tokens.line();
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> operands = new ArrayList<>(List.of(first));
    String operator = comparisonOperator();
    while (operator != null) {
      operators.add(operator);
      operands.add(sum());
      operator = comparisonOperator();
    }
    if (operators.isEmpty()) {
      return first;
    }
    List<Expression> others = List.copyOf(operands.subList(1, operands.size()));
    return nesting.over(new Expression.Comparison(line, first, operators, others), operands);
  }

  private String comparisonOperator() {
    Token token = tokens.current();
    if (token.kind() == Kind.OPERATOR && COMPARISONS.contains((String) token.value())) {
      return (String) tokens.next().value();
    }
    if (tokens.skipName("in")) {
      return "in";
    }
    if (tokens.isName("not") && tokens.following().isName("in")) {
      tokens.next();
      tokens.next();
      return "not in";
    }
    return null;
  }

  private Expression sum() {
    return binary(this::concatenation, "+", "-");
  }

  private Expression concatenation() {
    List<Expression> parts = new ArrayList<>(List.of(product()));
    while (tokens.skipOperator("~")) {
      parts.add(product());
    }
    return parts.size() == 1
        ? parts.get(0)
        : nesting.over(new Expression.Concatenation(List.copyOf(parts)), parts);
  }

  private Expression product() {
    return binary(this::power, "*", "/", "//", "%");
  }

  private Expression power() {
    return binary(() -> unary(true), "**");
  }

  private Expression binary(Supplier<Expression> operand, String... operators) {
    Expression left = operand.get();
    while (tokens.isOneOf(operators)) {
      int line = tokens.line();
      String operator = (String) tokens.next().value();
      Expression right = operand.get();
      left = nesting.over(new Expression.Binary(line, operator, left, right), left, right);
    }
    return left;
  }

  private Expression unary(boolean withFilters) {
    Expression value;
    if (tokens.isOneOf("-", "+")) {
      String operator = (String) tokens.next().value();
      Expression operand = nesting.deeper(() -> unary(false));
      value = nesting.over(new Expression.Unary(operator, operand), operand);
    } else {
      value = primary();
    }
    value = postfix.subscriptsAndCalls(value);
    return withFilters ? postfix.filtersAndTests(value) : value;
  }

  Expression primary() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case NAME -> {
        tokens.next();
        yield named((String) token.value());
      }
      case STRING -> strings();
      case INTEGER, FLOAT -> {
        tokens.next();
        yield new Expression.Constant(token.value());
      }
      default -> bracketed(token);
    };
  }

  private static Expression named(String name) {
    return switch (name) {
      case "true", "True" -> new Expression.Constant(true);
      case "false", "False" -> new Expression.Constant(false);
      case "none", "None" -> new Expression.Constant(None.NONE);
      default -> new Expression.Name(name);
    };
  }

  /** Strings that follow each other are one. */
  private Expression strings() {
    StringBuilder all = new StringBuilder();
    while (tokens.is(Kind.STRING)) {
      all.append(tokens.next().value());
    }
    return new Expression.Constant(Text.of(all.toString()));
  }

  private Expression bracketed(Token token) {
    if (tokens.skipOperator("(")) {
      Expression inside = nesting.deeper(() -> tuple(true, null, true));
      tokens.expectOperator(")");
      return inside;
    }
    if (tokens.skipOperator("[")) {
      List<Expression> items = new ArrayList<>();
      while (!tokens.isOperator("]")) {
        items.add(expression());
        if (!tokens.skipOperator(",")) {
          break;
        }
      }
      tokens.expectOperator("]");
      return nesting.over(new Expression.Sequence(List.copyOf(items), false), items);
    }
    if (tokens.skipOperator("{")) {
      return mapping();
    }
    throw new TemplateException(token.line(), "unexpected %s", token.shown());
  }

  private Expression mapping() {
    List<Expression> keys = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.isOperator("}")) {
      keys.add(expression());
      tokens.expectOperator(":");
      values.add(expression());
      if (!tokens.skipOperator(",")) {
        break;
      }
    }
    tokens.expectOperator("}");
    List<Expression> parts = new ArrayList<>(keys);
    parts.addAll(values);
    return nesting.over(new Expression.Mapping(List.copyOf(keys), List.copyOf(values)), parts);
  }
}
