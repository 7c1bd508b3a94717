package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** A part of a template that does something. */
sealed interface Statement
    permits ForLoop,
        Statement.Assignment,
        Statement.BlockAssignment,
        Statement.CallBlock,
        Statement.Choice,
        Statement.FilterBlock,
        Statement.Generation,
        Statement.Jump,
        Statement.MacroDefinition,
        Statement.Output,
        Statement.With {
  /** How the next statement is reached. */
  enum Flow {
    NEXT,
    BREAK,
    CONTINUE
  }

  int line();

  Flow execute(Frame frame, TextBuilder out);

  /** Tells a scope the names that this statement reads and sets in it. */
  void declare(Scope scope);

  /** Finds out the names of the scopes inside this statement. */
  void openScopes(Scope enclosing);

  /** Visits all names in this statement, those in its inner scopes too. */
  void visitNames(NameVisitor visitor);

  /** Opens a scope and those inside it, its own names being declared by the statement before. */
  static void open(Scope scope, List<Statement> body) {
    body.forEach(statement -> statement.declare(scope));
    body.forEach(statement -> statement.openScopes(scope));
  }

  /** Visits all names in statements. */
  static void visitNames(List<Statement> body, NameVisitor visitor) {
    body.forEach(statement -> statement.visitNames(visitor));
  }

  /**
   * Runs a block, and hands over the text that it wrote unless it was left by a jump.
   *
   * @param filter which the text goes through first; null for none
   */
  private static Flow capture(
      Frame inner, List<Statement> body, Expression.Filter filter, Consumer<Object> written) {
    TextBuilder block = new TextBuilder(inner.run().meter());
    Flow flow = inner.execute(body, block);
    if (flow == Flow.NEXT) {
      Text text = block.build();
      written.accept(filter == null ? text : filter.evaluate(inner, text));
    }
    return flow;
  }

  /** Text and values to be written. */
  record Output(int line, List<Expression> parts) implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      for (Expression part : parts) {
        out.append(frame.run().printing().text(frame.value(part)));
      }
      return Flow.NEXT;
    }

    @Override
    public void declare(Scope scope) {
      parts.forEach(part -> scope.load(part));
    }

    @Override
    public void openScopes(Scope enclosing) {}

    @Override
    public void visitNames(NameVisitor visitor) {
      parts.forEach(part -> part.visitNames(visitor));
    }
  }

  /** {@code set target = value}. */
  record Assignment(int line, Target target, Expression value) implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      Object assigned = frame.value(value);
      frame.run().at(line);
      target.assign(frame, assigned);
      return Flow.NEXT;
    }

    @Override
    public void declare(Scope scope) {
      scope.load(value);
      scope.store(target);
    }

    @Override
    public void openScopes(Scope enclosing) {}

    @Override
    public void visitNames(NameVisitor visitor) {
      target.visitNames(visitor);
      value.visitNames(visitor);
    }
  }

  /** {@code set target}…{@code endset}; the filter is null where there is none. */
  record BlockAssignment(
      int line, Target target, Expression.Filter filter, List<Statement> body, Scope scope)
      implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      return capture(
          scope.enter(frame.run(), frame), body, filter, written -> target.assign(frame, written));
    }

    @Override
    public void declare(Scope outer) {
      outer.store(target);
    }

    @Override
    public void openScopes(Scope enclosing) {
      scope.openIn(enclosing);
      scope.load(filter);
      Statement.open(scope, body);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      target.visitNames(visitor);
      if (filter != null) {
        filter.visitNames(visitor);
      }
      Statement.visitNames(body, visitor);
    }
  }

  /** {@code if}, {@code elif} and {@code else}; a branch more than tests is the else. */
  record Choice(int line, List<Expression> tests, List<List<Statement>> branches)
      implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      for (int i = 0; i < tests.size(); i++) {
        if (Types.truth(frame.value(tests.get(i)))) {
          return frame.execute(branches.get(i), out);
        }
      }
      return branches.size() > tests.size()
          ? frame.execute(branches.get(tests.size()), out)
          : Flow.NEXT;
    }

    @Override
    public void declare(Scope scope) {
      scope.load(tests.get(0));
      List<Scope> ways = new ArrayList<>();
      for (int i = 0; i < branches.size(); i++) {
        Scope way = scope.branch();
        if (i > 0 && i < tests.size()) {
          way.load(tests.get(i));
        }
        branches.get(i).forEach(statement -> statement.declare(way));
        ways.add(way);
      }
      scope.join(ways);
    }

    @Override
    public void openScopes(Scope enclosing) {
      branches.forEach(branch -> branch.forEach(statement -> statement.openScopes(enclosing)));
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      for (int i = 0; i < branches.size(); i++) {
        if (i < tests.size()) {
          tests.get(i).visitNames(visitor);
        }
        Statement.visitNames(branches.get(i), visitor);
      }
    }
  }

  /** {@code break} or {@code continue}. */
  record Jump(int line, Flow flow) implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      return flow;
    }

    @Override
    public void declare(Scope scope) {}

    @Override
    public void openScopes(Scope enclosing) {}

    @Override
    public void visitNames(NameVisitor visitor) {}
  }

  /** {@code macro}. */
  record MacroDefinition(int line, MacroBody macro) implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      frame.set(macro.name(), new Macro(macro, frame));
      return Flow.NEXT;
    }

    @Override
    public void declare(Scope scope) {
      scope.store(macro.name());
    }

    @Override
    public void openScopes(Scope enclosing) {
      macro.openScopes(enclosing);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      macro.visitNames(visitor);
    }
  }

  /** {@code call}: a call whose callee may call the block's body. */
  record CallBlock(int line, Expression.Call call, MacroBody caller) implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      out.append(frame.run().written(call.evaluate(frame, new Macro(caller, frame))));
      return Flow.NEXT;
    }

    @Override
    public void declare(Scope scope) {
      scope.load(call);
    }

    @Override
    public void openScopes(Scope enclosing) {
      caller.openScopes(enclosing);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      call.visitNames(visitor);
      caller.visitNames(visitor);
    }
  }

  /** {@code generation}: the assistant's words; a scope of its own. */
  record Generation(int line, MacroBody block) implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      out.append((Text) new Macro(block, frame).call(frame.run(), Arguments.NONE));
      return Flow.NEXT;
    }

    @Override
    public void declare(Scope scope) {}

    @Override
    public void openScopes(Scope enclosing) {
      block.openScopes(enclosing);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      block.visitNames(visitor);
    }
  }

  /** {@code filter}: a block's text through a filter. */
  record FilterBlock(int line, Expression.Filter filter, List<Statement> body, Scope scope)
      implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      return capture(
          scope.enter(frame.run(), frame),
          body,
          filter,
          written -> out.append(frame.run().written(written)));
    }

    @Override
    public void declare(Scope outer) {
      outer.load(filter);
    }

    @Override
    public void openScopes(Scope enclosing) {
      scope.openIn(enclosing);
      body.forEach(statement -> statement.declare(scope));
      scope.load(filter);
      body.forEach(statement -> statement.openScopes(scope));
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      Statement.visitNames(body, visitor);
      filter.visitNames(visitor);
    }
  }

  /** {@code with}: a scope whose names have values from outside it. */
  record With(
      int line, List<Target> targets, List<Expression> values, List<Statement> body, Scope scope)
      implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      Frame inner = scope.enter(frame.run(), frame);
      for (int i = 0; i < targets.size(); i++) {
        targets.get(i).assign(inner, frame.value(values.get(i)));
      }
      return inner.execute(body, out);
    }

    @Override
    public void declare(Scope outer) {
      values.forEach(value -> outer.load(value));
    }

    @Override
    public void openScopes(Scope enclosing) {
      scope.openIn(enclosing);
      targets.forEach(target -> scope.parameters(target));
      Statement.open(scope, body);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      targets.forEach(target -> target.visitNames(visitor));
      values.forEach(value -> value.visitNames(visitor));
      Statement.visitNames(body, visitor);
    }
  }
}
