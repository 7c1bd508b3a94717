package io.assize.prompt.jinja;

import io.assize.prompt.jinja.Token.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Parses a template's statements. */
final class Parser {
  private static final Set<String> UNSUPPORTED =
      Set.of("include", "import", "from", "extends", "block", "autoescape");

  private static final Set<String> CONSTANTS =
      Set.of("true", "false", "none", "True", "False", "None");

  private final TokenStream tokens;
  private final Nesting nesting;
  private final UnknownNames unknown = new UnknownNames();
  private final ExpressionParser expressions;

  /** The tags that are open, innermost first. */
  private final Deque<String> open = new ArrayDeque<>();

  /** Whether a loop is around, in the same macro. */
  private boolean inLoop;

  private Parser(String template) {
    this.tokens = new TokenStream(Lexer.tokens(template));
    this.nesting = new Nesting(tokens);
    this.expressions = new ExpressionParser(tokens, nesting, unknown);
  }

  static List<Statement> parse(String template) {
    Parser parser = new Parser(template);
    List<Statement> statements = parser.statements();
    if (!parser.tokens.is(Kind.END)) {
      throw parser.unknownTag(parser.tokens.current());
    }
    parser.unknown.refuse();
    return statements;
  }

  /** Statements up to a tag that ends them, whose begin is taken, or to the template's end. */
  private List<Statement> statements(String... ends) {
    List<Statement> statements = new ArrayList<>();
    List<Expression> written = new ArrayList<>();
    int line = tokens.line();
    while (true) {
      Token token = tokens.current();
      switch (token.kind()) {
        case DATA -> {
          tokens.next();
          written.add(new Expression.Constant(Text.of((String) token.value())));
        }
        case VARIABLE_BEGIN -> {
          tokens.next();
          written.add(expressions.tuple(true, null));
          tokens.expect(Kind.VARIABLE_END);
        }
        default -> {
          if (!written.isEmpty()) {
            statements.add(new Statement.Output(line, List.copyOf(written)));
            written.clear();
          }
          if (token.kind() != Kind.BLOCK_BEGIN) {
            return List.copyOf(statements);
          }
          tokens.next();
          for (String end : ends) {
            if (tokens.isName(end)) {
              return List.copyOf(statements);
            }
          }
          statements.add(nesting.deeper(this::statement));
          tokens.expect(Kind.BLOCK_END);
          line = tokens.line();
        }
      }
    }
  }

  /** The body of a tag, from the end of its beginning to the name of one of its ends. */
  private List<Statement> body(String... ends) {
    tokens.skipOperator(":");
    tokens.expect(Kind.BLOCK_END);
    List<Statement> body = statements(ends);
    if (tokens.is(Kind.END)) {
      throw new TemplateException(
          tokens.line(),
          "Unexpected end of template: '%s' is not closed, looking for '%s'",
          open.peek(),
          String.join("' or '", ends));
    }
    return body;
  }

  private List<Statement> bodyTo(String end) {
    List<Statement> body = body(end);
    tokens.next();
    return body;
  }

  private TemplateException unknownTag(Token token) {
    return new TemplateException(
        token.line(),
        "Encountered unknown tag %s%s",
        token.shown(),
        open.isEmpty() ? "" : " inside '" + open.peek() + "'");
  }

  private Statement statement() {
    Token token = tokens.current();
    if (token.kind() != Kind.NAME) {
      throw new TemplateException(token.line(), "tag name expected");
    }
    tokens.next();
    String name = (String) token.value();
    open.push(name);
    Statement statement = statement(name, token);
    open.pop();
    return statement;
  }

  private Statement statement(String name, Token token) {
    int line = token.line();
    return switch (name) {
      case "for" -> forLoop(line);
      case "if" -> choice(line);
      case "set" -> assignment(line);
      case "macro" -> macro(line);
      case "call" -> callBlock(line);
      case "filter" -> filterBlock(line);
      case "with" -> with(line);
      case "generation" ->
          new Statement.Generation(
              line, MacroBody.of(null, List.of(), List.of(), macroBody("endgeneration")));
      case "print" -> print(line);
      case "break", "continue" -> jump(line, name);
      default -> {
        open.pop();
        if (UNSUPPORTED.contains(name)) {
          throw new TemplateException(
              line, "the tag '%s' is not supported: a template stands alone", name);
        }
        throw unknownTag(token);
      }
    };
  }

  private Statement jump(int line, String name) {
    if (!inLoop) {
      throw new TemplateException(line, "'%s' outside loop", name);
    }
    return new Statement.Jump(
        line, name.equals("break") ? Statement.Flow.BREAK : Statement.Flow.CONTINUE);
  }

  private Statement forLoop(int line) {
    Target target = target(false, "in");
    tokens.expectName("in");
    Expression items = expressions.tuple(false, "recursive");
    boolean lenient = unknown.lenient(false);
    Expression test = tokens.skipName("if") ? expressions.expression() : null;
    boolean recursive = tokens.skipName("recursive");
    boolean loopAround = inLoop;
    inLoop = true;
    List<Statement> body = body("endfor", "else");
    // A loop's else is outside it: what it jumps is the loop around.
    inLoop = loopAround && !recursive;
    boolean hasElse = tokens.isName("else");
    tokens.next();
    List<Statement> otherwise = hasElse ? bodyTo("endfor") : List.of();
    inLoop = loopAround;
    unknown.lenient(lenient);
    refuseLoopAsTarget(line, target, body, otherwise);
    boolean withLoop = recursive || MacroBody.used(body, Set.of("loop")).contains("loop");
    return new ForLoop(
        line,
        target,
        items,
        new ForLoop.Filter(test, new Scope()),
        new ForLoop.Block(body, new Scope()),
        new ForLoop.Block(otherwise, new Scope()),
        recursive,
        withLoop);
  }

  private static void refuseLoopAsTarget(
      int line, Target target, List<Statement> body, List<Statement> otherwise) {
    NameVisitor refusing =
        (name, read) -> {
          if (!read && name.equals("loop")) {
            throw new TemplateException(
                line, "Can't assign to special loop variable in for-loop target");
          }
        };
    target.visitNames(refusing);
    Statement.visitNames(body, refusing);
    Statement.visitNames(otherwise, refusing);
  }

  private Statement choice(int line) {
    boolean lenient = unknown.lenient(true);
    List<Expression> tests = new ArrayList<>();
    List<List<Statement>> branches = new ArrayList<>();
    boolean more = true;
    while (more) {
      tests.add(expressions.tuple(false, null));
      branches.add(body("elif", "else", "endif"));
      more = tokens.isName("elif");
      if (tokens.next().isName("else")) {
        branches.add(bodyTo("endif"));
      }
    }
    unknown.lenient(lenient);
    return new Statement.Choice(line, List.copyOf(tests), List.copyOf(branches));
  }

  private Statement assignment(int line) {
    Target target = target(true, null);
    if (tokens.skipOperator("=")) {
      return new Statement.Assignment(line, target, expressions.tuple(true, null));
    }
    boolean lenient = unknown.lenient(false);
    Expression.Filter filter = null;
    while (tokens.skipOperator("|")) {
      filter = (Expression.Filter) expressions.filter(filter);
    }
    unknown.lenient(lenient);
    return new Statement.BlockAssignment(line, target, filter, scoped("endset"), new Scope());
  }

  /** A body whose filters and tests all must exist. */
  private List<Statement> scoped(String end) {
    boolean lenient = unknown.lenient(false);
    List<Statement> body = bodyTo(end);
    unknown.lenient(lenient);
    return body;
  }

  /** A body that is called: loops around it are none of its own. */
  private List<Statement> macroBody(String end) {
    boolean loopAround = inLoop;
    inLoop = false;
    List<Statement> body = scoped(end);
    inLoop = loopAround;
    return body;
  }

  private Statement macro(int line) {
    String name = tokens.expectName();
    refuseConstant(line, name);
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    signature(parameters, defaults);
    List<Statement> body = macroBody("endmacro");
    return new Statement.MacroDefinition(line, MacroBody.of(name, parameters, defaults, body));
  }

  private void signature(List<String> parameters, List<Expression> defaults) {
    tokens.expectOperator("(");
    while (!tokens.isOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      int line = tokens.line();
      String name = tokens.expectName();
      refuseConstant(line, name);
      if (tokens.skipOperator("=")) {
        defaults.add(expressions.expression());
      } else if (!defaults.isEmpty()) {
        throw new TemplateException(line, "non-default argument follows default argument");
      }
      parameters.add(name);
    }
    tokens.next();
    if (new HashSet<>(parameters).size() < parameters.size()) {
      throw new TemplateException(tokens.line(), "duplicate argument in a macro's definition");
    }
  }

  private Statement callBlock(int line) {
    List<String> parameters = new ArrayList<>();
    List<Expression> defaults = new ArrayList<>();
    if (tokens.isOperator("(")) {
      signature(parameters, defaults);
    }
    if (!(expressions.expression() instanceof Expression.Call call)) {
      throw new TemplateException(line, "expected call");
    }
    List<Statement> body = macroBody("endcall");
    return new Statement.CallBlock(line, call, MacroBody.of(null, parameters, defaults, body));
  }

  private Statement filterBlock(int line) {
    boolean lenient = unknown.lenient(false);
    Expression filter = expressions.filter(null);
    while (tokens.skipOperator("|")) {
      filter = expressions.filter(filter);
    }
    unknown.lenient(lenient);
    return new Statement.FilterBlock(
        line, (Expression.Filter) filter, scoped("endfilter"), new Scope());
  }

  private Statement with(int line) {
    List<Target> targets = new ArrayList<>();
    List<Expression> values = new ArrayList<>();
    while (!tokens.is(Kind.BLOCK_END)) {
      if (!targets.isEmpty()) {
        tokens.expectOperator(",");
      }
      targets.add(target(false, null));
      tokens.expectOperator("=");
      values.add(expressions.expression());
    }
    return new Statement.With(line, targets, values, scoped("endwith"), new Scope());
  }

  private Statement print(int line) {
    List<Expression> parts = new ArrayList<>();
    while (!tokens.is(Kind.BLOCK_END)) {
      if (!parts.isEmpty()) {
        tokens.expectOperator(",");
      }
      parts.add(expressions.expression());
    }
    return new Statement.Output(line, parts);
  }

  /** A target of one or several names; of namespaces' attributes where that is allowed. */
  private Target target(boolean members, String endName) {
    List<Target> targets = new ArrayList<>();
    boolean several = false;
    while (!tokens.is(Kind.BLOCK_END)
        && !tokens.isOperator(")")
        && (endName == null || !tokens.isName(endName))) {
      targets.add(singleTarget(members));
      if (!tokens.skipOperator(",")) {
        break;
      }
      several = true;
    }
    if (targets.isEmpty()) {
      throw new TemplateException(
          tokens.line(), "Expected an expression, got %s", tokens.current().shown());
    }
    return several ? new Target.Several(targets) : targets.get(0);
  }

  private Target singleTarget(boolean members) {
    int line = tokens.line();
    if (tokens.skipOperator("(")) {
      Target inside = nesting.deeper(() -> target(members, null));
      tokens.expectOperator(")");
      return inside;
    }
    if (!tokens.is(Kind.NAME)) {
      throw new TemplateException(line, "can't assign to %s", tokens.current().shown());
    }
    String name = tokens.expectName();
    refuseConstant(line, name);
    if (members && tokens.skipOperator(".")) {
      return new Target.Member(name, tokens.expectName());
    }
    return new Target.Variable(name);
  }

  private static void refuseConstant(int line, String name) {
    if (CONSTANTS.contains(name)) {
      throw new TemplateException(line, "can't assign to '%s'", name);
    }
  }
}
