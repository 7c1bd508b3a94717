package io.assize.prompt.jinja;

import io.assize.prompt.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Parses expressions, each method one level of Jinja's precedence, loosest first. Expressions
 * cannot nest deeper than {@link Limits#TEMPLATE_DEPTH}, neither in brackets nor in chains.
 */
final class ExpressionParser {
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");

  /** How long a chain as {@code a + b + c} may be. */
  private static final int CHAIN = 2 * Limits.TEMPLATE_DEPTH;

  private final TokenStream tokens;
  private final IdentityHashMap<Expression, Integer> heights = new IdentityHashMap<>();

  /** Filters and tests that do not exist, in the order found. */
  private final List<TemplateException> unknown = new ArrayList<>();

  private boolean lenient;
  private int depth;

  ExpressionParser(TokenStream tokens) {
    this.tokens = tokens;
  }

  /**
   * Whether filters and tests that do not exist are refused only when they are reached, as they are
   * in an {@code if}; gives what was set before.
   */
  boolean lenient(boolean wanted) {
    boolean before = lenient;
    lenient = wanted;
    return before;
  }

  /** Refuses the template if it names a filter or test that does not exist. */
  void refuseUnknown() {
    if (!unknown.isEmpty()) {
      throw unknown.get(0);
    }
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
  private Expression over(Expression made, Expression... parts) {
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

  private Expression over(Expression made, List<Expression> parts) {
    return over(made, parts.toArray(new Expression[0]));
  }

  /** An expression, or a tuple where commas follow. */
  Expression tuple(boolean conditional, String endName) {
    return tuple(conditional, endName, false);
  }

  private Expression tuple(boolean conditional, String endName, boolean bracketed) {
    List<Expression> items = new ArrayList<>();
    boolean several = false;
    while (!tupleEnds(endName)) {
      items.add(conditional ? expression() : deeper(this::or));
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
    return over(new Expression.Sequence(List.copyOf(items), true), items);
  }

  private boolean tupleEnds(String endName) {
    return tokens.is(Kind.VARIABLE_END)
        || tokens.is(Kind.BLOCK_END)
        || tokens.isOperator(")")
        || (endName != null && tokens.isName(endName));
  }

  Expression expression() {
    return deeper(this::conditional);
  }

  private Expression conditional() {
    int line = tokens.line();
    int known = unknown.size();
    Expression value = or();
    while (tokens.skipName("if")) {
      Expression test = or();
      Expression otherwise = tokens.skipName("else") ? expression() : null;
      value =
          otherwise == null
              ? over(new Expression.Conditional(line, test, value, null), test, value)
              : over(
                  new Expression.Conditional(line, test, value, otherwise), test, value, otherwise);
      unknown.subList(known, unknown.size()).clear();
      line = tokens.line();
    }
    return value;
  }

  private Expression or() {
    Expression left = and();
    while (tokens.skipName("or")) {
      Expression right = and();
      left = over(new Expression.Logical(false, left, right), left, right);
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (tokens.skipName("and")) {
      Expression right = not();
      left = over(new Expression.Logical(true, left, right), left, right);
    }
    return left;
  }

  private Expression not() {
    if (!tokens.skipName("not")) {
      return comparison();
    }
    Expression operand = deeper(this::not);
    return over(new Expression.Unary("not", operand), operand);
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
    return over(new Expression.Comparison(line, first, operators, others), operands);
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
        : over(new Expression.Concatenation(List.copyOf(parts)), parts);
  }

  private Expression product() {
    return binary(this::power, "*", "/", "//", "%");
  }

  private Expression power() {
    return binary(() -> unary(true), "**");
  }

  private Expression binary(Supplier<Expression> operand, String... operators) {
    Expression left = operand.get();
    while (isOneOf(operators)) {
      int line = tokens.line();
      String operator = (String) tokens.next().value();
      Expression right = operand.get();
      left = over(new Expression.Binary(line, operator, left, right), left, right);
    }
    return left;
  }

  private boolean isOneOf(String... operators) {
    for (String operator : operators) {
      if (tokens.isOperator(operator)) {
        return true;
      }
    }
    return false;
  }

  private Expression unary(boolean withFilters) {
    Expression value;
    if (isOneOf("-", "+")) {
      String operator = (String) tokens.next().value();
      Expression operand = deeper(() -> unary(false));
      value = over(new Expression.Unary(operator, operand), operand);
    } else {
      value = primary();
    }
    value = postfix(value);
    return withFilters ? filtersAndTests(value) : value;
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
      Expression inside = deeper(() -> tuple(true, null, true));
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
      return over(new Expression.Sequence(List.copyOf(items), false), items);
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
    return over(new Expression.Mapping(List.copyOf(keys), List.copyOf(values)), parts);
  }

  private Expression postfix(Expression of) {
    Expression value = of;
    while (isOneOf(".", "[", "(")) {
      value = tokens.isOperator("(") ? call(value) : subscript(value);
    }
    return value;
  }

  private Expression filtersAndTests(Expression of) {
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
        return over(new Expression.Item(line, of, index), of);
      }
      if (!tokens.is(Kind.NAME)) {
        throw new TemplateException(tokens.line(), "expected name or number");
      }
      return over(new Expression.Attribute(line, of, tokens.expectName()), of);
    }
    tokens.expectOperator("[");
    Expression start = tokens.isOperator(":") ? null : expression();
    if (tokens.isOperator(":")) {
      return slice(line, of, start);
    }
    List<Expression> keys = new ArrayList<>();
    if (start == null) {
      throw new TemplateException(line, "Expected an expression, got ']'");
    }
    keys.add(start);
    while (tokens.skipOperator(",")) {
      keys.add(expression());
    }
    tokens.expectOperator("]");
    Expression key =
        keys.size() == 1 ? start : over(new Expression.Sequence(List.copyOf(keys), true), keys);
    return over(new Expression.Item(line, of, key), of, key);
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
    return over(new Expression.Slice(line, of, start, stop, step), parts);
  }

  private Expression slicePart() {
    return isOneOf(":", "]") ? null : expression();
  }

  Expression call(Expression callee) {
    int line = tokens.line();
    CallArguments arguments = arguments();
    return over(new Expression.Call(line, callee, arguments), parts(callee, arguments));
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
        rest = expression();
      } else if (tokens.skipOperator("**")) {
        namedRest = expression();
      } else if (tokens.is(Kind.NAME) && tokens.following().isOperator("=")) {
        names.add(tokens.expectName());
        tokens.next();
        values.add(expression());
      } else {
        fits &= rest == null && names.isEmpty();
        positional.add(expression());
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

  /** The filter whose name comes next, and those after it; {@code of} is null for a block. */
  Expression filter(Expression of) {
    int line = tokens.line();
    String name = dottedName();
    if (Filters.get(name) == null) {
      refuse(line, "filter", name);
    }
    CallArguments arguments = tokens.isOperator("(") ? arguments() : CallArguments.NONE;
    return over(new Expression.Filter(line, of, name, arguments), parts(of, arguments));
  }

  private Expression test(Expression of) {
    int line = tokens.line();
    tokens.expectName("is");
    boolean negated = tokens.skipName("not");
    String name = dottedName();
    if (Tests.get(name) == null) {
      refuse(line, "test", name);
    }
    CallArguments arguments = testArguments();
    Expression test = over(new Expression.Test(line, of, name, arguments), parts(of, arguments));
    return negated ? over(new Expression.Unary("not", test), test) : test;
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
            || isOneOf("[", "{");
    if (!begins || tokens.isName("else") || tokens.isName("or") || tokens.isName("and")) {
      return CallArguments.NONE;
    }
    if (tokens.isName("is")) {
      throw new TemplateException(tokens.line(), "You cannot chain multiple tests with is");
    }
    return CallArguments.of(deeper(() -> postfix(primary())));
  }

  private String dottedName() {
    StringBuilder name = new StringBuilder(tokens.expectName());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expectName());
    }
    return name.toString();
  }

  private void refuse(int line, String kind, String name) {
    if (!lenient) {
      unknown.add(new TemplateException(line, "No %s named '%s'.", kind, name));
    }
  }
}
