package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.List;

/** A part of a template that has a value. */
sealed interface Expression {
  /** The value; the parts' values come from {@link Frame#value}, which counts the depth. */
  Object evaluate(Frame frame);

  /** Visits the names that the expression reads. */
  void visitNames(NameVisitor visitor);

  /** A literal, or text between tags. */
  record Constant(Object value) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      return value;
    }

    @Override
    public void visitNames(NameVisitor visitor) {}
  }

  /** A variable. */
  record Name(String name) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object value = frame.get(name);
      return value == null ? Undefined.name(name) : value;
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      visitor.visit(name, true);
    }
  }

  /** {@code [a, b]} or {@code (a, b)}. */
  record Sequence(List<Expression> items, boolean tuple) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      List<Object> values = new ArrayList<>(items.size());
      items.forEach(item -> values.add(frame.value(item)));
      return tuple ? new Tuple(values) : values;
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      items.forEach(item -> item.visitNames(visitor));
    }
  }

  /** {@code {key: value}}. */
  record Mapping(List<Expression> keys, List<Expression> values) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Dict dict = new Dict();
      for (int i = 0; i < keys.size(); i++) {
        dict.put(frame.value(keys.get(i)), frame.value(values.get(i)));
      }
      return dict;
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      for (int i = 0; i < keys.size(); i++) {
        keys.get(i).visitNames(visitor);
        values.get(i).visitNames(visitor);
      }
    }
  }

  /** {@code -a}, {@code +a} or {@code not a}. */
  record Unary(String operator, Expression operand) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object value = frame.value(operand);
      return switch (operator) {
        case "not" -> !Types.truth(value);
        case "-" -> Numbers.negative(value);
        default -> Numbers.positive(value);
      };
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      operand.visitNames(visitor);
    }
  }

  /** Arithmetic, as {@code a + b}. */
  record Binary(int line, String operator, Expression left, Expression right)
      implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object a = frame.value(left);
      Object b = frame.value(right);
      frame.run().at(line);
      return frame.run().operators().operate(operator, a, b);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      left.visitNames(visitor);
      right.visitNames(visitor);
    }
  }

  /** {@code a and b} or {@code a or b}: the operand that decides. */
  record Logical(boolean and, Expression left, Expression right) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object a = frame.value(left);
      return Types.truth(a) == and ? frame.value(right) : a;
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      left.visitNames(visitor);
      right.visitNames(visitor);
    }
  }

  /** {@code a < b <= c}: true where each holds. */
  record Comparison(int line, Expression first, List<String> operators, List<Expression> others)
      implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object left = frame.value(first);
      for (int i = 0; i < operators.size(); i++) {
        Object right = frame.value(others.get(i));
        frame.run().at(line);
        if (!holds(frame.run(), left, operators.get(i), right)) {
          return false;
        }
        left = right;
      }
      return true;
    }

    private static boolean holds(Run run, Object a, String operator, Object b) {
      return switch (operator) {
        case "==" -> run.comparing().equal(a, b);
        case "!=" -> !run.comparing().equal(a, b);
        case "in" -> run.comparing().contains(run, b, a);
        case "not in" -> !run.comparing().contains(run, b, a);
        default -> run.comparing().holds(a, operator, b);
      };
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      first.visitNames(visitor);
      others.forEach(other -> other.visitNames(visitor));
    }
  }

  /** {@code a ~ b}: both as text. */
  record Concatenation(List<Expression> parts) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      TextBuilder out = new TextBuilder(frame.run().meter());
      parts.forEach(part -> out.append(frame.run().printing().text(frame.value(part))));
      return out.build();
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      parts.forEach(part -> part.visitNames(visitor));
    }
  }

  /** {@code a if test else b}; {@code otherwise} is null where there is no else. */
  record Conditional(int line, Expression test, Expression then, Expression otherwise)
      implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      if (Types.truth(frame.value(test))) {
        return frame.value(then);
      }
      return otherwise == null
          ? new Undefined(
              "the inline if-expression on line "
                  + line
                  + " evaluated to false and no else section was defined.")
          : frame.value(otherwise);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      test.visitNames(visitor);
      then.visitNames(visitor);
      if (otherwise != null) {
        otherwise.visitNames(visitor);
      }
    }
  }

  /** {@code a.name}. */
  record Attribute(int line, Expression of, String name) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object value = frame.value(of);
      frame.run().at(line);
      return frame.run().attributes().attribute(value, name);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      of.visitNames(visitor);
      if (of instanceof Name value) {
        visitor.visitAttribute(value.name(), name);
      }
    }
  }

  /** {@code a[key]}. */
  record Item(int line, Expression of, Expression key) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object value = frame.value(of);
      Object at = frame.value(key);
      frame.run().at(line);
      return frame.run().attributes().item(value, at);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      of.visitNames(visitor);
      key.visitNames(visitor);
      if (of instanceof Name value
          && key instanceof Constant constant
          && constant.value() instanceof Text name) {
        visitor.visitAttribute(value.name(), name.toString());
      }
    }
  }

  /** {@code a[start:stop:step]}; null for a part that is not given. */
  record Slice(int line, Expression of, Expression start, Expression stop, Expression step)
      implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object value = frame.value(of);
      Object from = part(frame, start);
      Object to = part(frame, stop);
      Object by = part(frame, step);
      frame.run().at(line);
      return frame.run().attributes().slice(value, from, to, by);
    }

    private static Object part(Frame frame, Expression part) {
      return part == null ? null : frame.value(part);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      of.visitNames(visitor);
      for (Expression part : new Expression[] {start, stop, step}) {
        if (part != null) {
          part.visitNames(visitor);
        }
      }
    }
  }

  /** {@code a(…)}. */
  record Call(int line, Expression callee, CallArguments arguments) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object called = frame.value(callee);
      Arguments given = arguments.evaluate(frame);
      frame.run().at(line);
      return frame.run().call(called, given);
    }

    /** The call with a {@code call} block's body as its caller. */
    Object evaluate(Frame frame, Macro caller) {
      Object called = frame.value(callee);
      Arguments given = arguments.evaluate(frame).with("caller", caller);
      frame.run().at(line);
      return frame.run().call(called, given);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      callee.visitNames(visitor);
      arguments.visitNames(visitor);
    }
  }

  /** {@code a | name(…)}; {@code of} is null for the text of a block. */
  record Filter(int line, Expression of, String name, CallArguments arguments)
      implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      return evaluate(frame, null);
    }

    /** The value where the innermost filter takes the text of a block. */
    Object evaluate(Frame frame, Text block) {
      Object value;
      if (of == null) {
        value = block;
      } else if (of instanceof Filter filter) {
        frame.run().meter().enter();
        value = filter.evaluate(frame, block);
        frame.run().meter().leave();
      } else {
        value = frame.value(of);
      }
      Arguments given = arguments.evaluate(frame);
      frame.run().at(line);
      frame.run().meter().step();
      return frame.run().filter(name, value, given);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      if (of != null) {
        of.visitNames(visitor);
      }
      arguments.visitNames(visitor);
    }
  }

  /** {@code a is name(…)}. */
  record Test(int line, Expression of, String name, CallArguments arguments) implements Expression {
    @Override
    public Object evaluate(Frame frame) {
      Object value = frame.value(of);
      Arguments given = arguments.evaluate(frame);
      frame.run().at(line);
      return frame.run().test(name, value, given);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      of.visitNames(visitor);
      arguments.visitNames(visitor);
    }
  }
}
