package io.assize.prompt.jinja;

import java.util.Iterator;
import java.util.List;

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
    boolean sized = test == null && Types.hasLength(over);
    Iterator<Object> chosen = test == null ? all : chosen(frame, all);
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
    return finished || otherwise.isEmpty()
        ? Flow.NEXT
        : elseScope.enter(run, frame).execute(otherwise, out);
  }

  /** What the filter lets through of the items, as assigned, each asked about in its turn. */
  private Iterator<Object> chosen(Frame around, Iterator<Object> all) {
    Frame frame = testScope.enter(around.run(), around);
    Iterator<Object> kept =
        Lazy.kept(
            all,
            item -> {
              target.assign(frame, item);
              return Types.truth(frame.value(test));
            });
    return Lazy.mapped(kept, item -> target.value(frame));
  }

  @Override
  public void declare(Scope scope) {
    scope.load(items);
  }

  @Override
  public void openScopes(Scope enclosing) {
    bodyScope.openIn(enclosing);
    if (withLoop) {
      bodyScope.parameter("loop");
    }
    bodyScope.parameters(target);
    Statement.open(bodyScope, body);
    testScope.openIn(enclosing);
    testScope.parameters(target);
    testScope.load(test);
    elseScope.openIn(enclosing);
    Statement.open(elseScope, otherwise);
  }

  @Override
  public void visitNames(NameVisitor visitor) {
    target.visitNames(visitor);
    items.visitNames(visitor);
    Statement.visitNames(body, visitor);
    Statement.visitNames(otherwise, visitor);
    if (test != null) {
      test.visitNames(visitor);
    }
  }
}
