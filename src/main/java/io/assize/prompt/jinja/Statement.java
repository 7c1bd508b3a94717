package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** A part of a template that does something. */
sealed interface Statement {
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

  private static void read(Scope scope, Expression expression) {
    if (expression != null) {
      expression.visitNames((name, read) -> scope.load(name));
    }
  }

  private static void set(Scope scope, Target target) {
    target.visitNames(
        (name, read) -> {
          if (read) {
            scope.load(name);
          } else {
            scope.store(name);
          }
        });
  }

  private static void parameters(Scope scope, Target target) {
    target.visitNames((name, read) -> scope.parameter(name));
  }

  private static void visit(List<Statement> body, NameVisitor visitor) {
    body.forEach(statement -> statement.visitNames(visitor));
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
      parts.forEach(part -> read(scope, part));
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
      read(scope, value);
      set(scope, target);
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
      Frame inner = scope.enter(frame.run(), frame);
      TextBuilder block = new TextBuilder(frame.run().meter());
      Flow flow = inner.execute(body, block);
      if (flow == Flow.NEXT) {
        Text text = block.build();
        target.assign(frame, filter == null ? text : filter.evaluate(inner, text));
      }
      return flow;
    }

    @Override
    public void declare(Scope outer) {
      set(outer, target);
    }

    @Override
    public void openScopes(Scope enclosing) {
      scope.openIn(enclosing);
      read(scope, filter);
      open(scope, body);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      target.visitNames(visitor);
      if (filter != null) {
        filter.visitNames(visitor);
      }
      visit(body, visitor);
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
      read(scope, tests.get(0));
      List<Scope> ways = new ArrayList<>();
      for (int i = 0; i < branches.size(); i++) {
        Scope way = scope.branch();
        if (i > 0 && i < tests.size()) {
          read(way, tests.get(i));
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
        visit(branches.get(i), visitor);
      }
    }
  }

  /**
   * {@code for}.
   *
   * @param test the loop's filter; null where there is none
   * @param withLoop whether the body asks for {@code loop}
   */
  record ForLoop(
      int line,
      Target target,
      Expression items,
      Expression test,
      boolean recursive,
      List<Statement> body,
      List<Statement> otherwise,
      boolean withLoop,
      Scope bodyScope,
      Scope testScope,
      Scope elseScope)
      implements Statement {
    @Override
    public Flow execute(Frame frame, TextBuilder out) {
      Object over = frame.value(items);
      frame.run().at(line);
      if (recursive) {
        out.append(recur(frame, over, 0));
      } else {
        loop(frame, over, 0, null, out);
      }
      return Flow.NEXT;
    }

    private Text recur(Frame frame, Object over, int depth) {
      TextBuilder out = new TextBuilder(frame.run().meter());
      frame.run().meter().enter();
      loop(frame, over, depth, (again, next) -> recur(frame, again, next), out);
      frame.run().meter().leave();
      return out.build();
    }

    private void loop(
        Frame frame, Object over, int depth, Loop.Recursion recursion, TextBuilder out) {
      Run run = frame.run();
      Iterator<Object> all = Types.iterate(run, over);
      boolean sized = test == null && Types.hasLength(over);
      Iterator<Object> chosen = test == null ? all : Chosen.of(this, frame, all);
      Loop loop = new Loop(chosen, sized ? Types.length(over) : -1, recursion, depth);
      boolean finished = false;
      while (loop.hasNext()) {
        Object item = loop.next();
        Frame inner = bodyScope.enter(run, frame);
        target.assign(inner, item);
        if (withLoop) {
          inner.set("loop", loop);
        }
        Flow flow = inner.execute(body, out);
        if (flow == Flow.BREAK) {
          break;
        }
        finished |= flow == Flow.NEXT;
      }
      if (!finished && !otherwise.isEmpty()) {
        elseScope.enter(run, frame).execute(otherwise, out);
      }
    }

    @Override
    public void declare(Scope scope) {
      read(scope, items);
    }

    @Override
    public void openScopes(Scope enclosing) {
      bodyScope.openIn(enclosing);
      if (withLoop) {
        bodyScope.parameter("loop");
      }
      parameters(bodyScope, target);
      open(bodyScope, body);
      testScope.openIn(enclosing);
      parameters(testScope, target);
      read(testScope, test);
      elseScope.openIn(enclosing);
      open(elseScope, otherwise);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      target.visitNames(visitor);
      items.visitNames(visitor);
      visit(body, visitor);
      visit(otherwise, visitor);
      if (test != null) {
        test.visitNames(visitor);
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
      Object written = call.evaluate(frame, new Macro(caller, frame));
      out.append(frame.run().printing().text(written));
      return Flow.NEXT;
    }

    @Override
    public void declare(Scope scope) {
      read(scope, call);
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
      Frame inner = scope.enter(frame.run(), frame);
      TextBuilder block = new TextBuilder(frame.run().meter());
      Flow flow = inner.execute(body, block);
      if (flow == Flow.NEXT) {
        Object filtered = filter.evaluate(inner, block.build());
        out.append(frame.run().printing().text(filtered));
      }
      return flow;
    }

    @Override
    public void declare(Scope outer) {
      read(outer, filter);
    }

    @Override
    public void openScopes(Scope enclosing) {
      scope.openIn(enclosing);
      body.forEach(statement -> statement.declare(scope));
      read(scope, filter);
      body.forEach(statement -> statement.openScopes(scope));
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      visit(body, visitor);
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
      values.forEach(value -> read(outer, value));
    }

    @Override
    public void openScopes(Scope enclosing) {
      scope.openIn(enclosing);
      targets.forEach(target -> parameters(scope, target));
      open(scope, body);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      targets.forEach(target -> target.visitNames(visitor));
      values.forEach(value -> value.visitNames(visitor));
      visit(body, visitor);
    }
  }
}
