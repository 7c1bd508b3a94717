package io.assize.prompt.jinja;

import java.util.Iterator;
import java.util.List;

/**
 * {@code for}.
 *
 * @param otherwise what is executed where the body never was
 * @param withLoop whether the body asks for {@code loop}
 */
record ForLoop(
    int line,
    Target target,
    Expression items,
    Filter filter,
    Block body,
    Block otherwise,
    boolean recursive,
    boolean withLoop)
    implements Statement {

  /**
   * Which items the body is executed for.
   *
   * @param test null: for all
   */
  record Filter(Expression test, Scope scope) {}

  /** Statements in a scope of their own. */
  record Block(List<Statement> statements, Scope scope) {}

  @Override
  public Flow execute(Frame frame, TextBuilder out) {
    Object over = frame.value(items);
    frame.run().at(line);
    if (recursive) {
      out.append(recur(frame, over, 0));
      return Flow.NEXT;
    }
    return loop(frame, over, 0, null, out);
  }

  private Text recur(Frame frame, Object over, int depth) {
    TextBuilder out = new TextBuilder(frame.run().meter());
    frame.run().meter().enter();
    loop(frame, over, depth, (again, next) -> recur(frame, again, next), out);
    frame.run().meter().leave();
    return out.build();
  }

  /** What follows is what the loop's else says, where it is reached. */
  private Flow loop(
      Frame frame, Object over, int depth, Loop.Recursion recursion, TextBuilder out) {
    Run run = frame.run();
    Iterator<Object> all = Types.iterate(run, over);
    boolean sized = filter.test == null && Types.hasLength(over);
    Iterator<Object> chosen = filter.test == null ? all : chosen(frame, all);
    Loop loop = new Loop(chosen, sized ? Types.length(over) : -1, recursion, depth);
    boolean finished = false;
    while (loop.hasNext()) {
      Object item = loop.next();
      Frame inner = body.scope.enter(run, frame);
      target.assign(inner, item);
      if (withLoop) {
        inner.set("loop", loop);
      }
      Flow flow = inner.execute(body.statements, out);
      if (flow == Flow.BREAK) {
        break;
      }
      finished |= flow == Flow.NEXT;
    }
    return finished || otherwise.statements.isEmpty()
        ? Flow.NEXT
        : otherwise.scope.enter(run, frame).execute(otherwise.statements, out);
  }

  /** What the filter lets through of the items, as assigned, each asked about in its turn. */
  private Iterator<Object> chosen(Frame around, Iterator<Object> all) {
    Frame frame = filter.scope.enter(around.run(), around);
    Iterator<Object> kept =
        Lazy.kept(
            all,
            item -> {
              target.assign(frame, item);
              return Types.truth(frame.value(filter.test));
            });
    return Lazy.mapped(kept, item -> target.value(frame));
  }

  @Override
  public void declare(Scope scope) {
    scope.load(items);
  }

  @Override
  public void openScopes(Scope enclosing) {
    body.scope.openIn(enclosing);
    if (withLoop) {
      body.scope.parameter("loop");
    }
    body.scope.parameters(target);
    Statement.open(body.scope, body.statements);
    filter.scope.openIn(enclosing);
    filter.scope.parameters(target);
    filter.scope.load(filter.test);
    otherwise.scope.openIn(enclosing);
    Statement.open(otherwise.scope, otherwise.statements);
  }

  @Override
  public void visitNames(NameVisitor visitor) {
    target.visitNames(visitor);
    items.visitNames(visitor);
    Statement.visitNames(body.statements, visitor);
    Statement.visitNames(otherwise.statements, visitor);
    if (filter.test != null) {
      filter.test.visitNames(visitor);
    }
  }
}
