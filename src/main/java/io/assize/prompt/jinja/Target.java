package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** What a value is assigned to. */
sealed interface Target {
  void assign(Frame frame, Object value);

  /** What was assigned, put together again: several parts as a tuple. */
  Object value(Frame frame);

  /** Visits the names: those that are set, and the namespaces that are read. */
  void visitNames(NameVisitor visitor);

  /** A variable. */
  record Variable(String name) implements Target {
    @Override
    public void assign(Frame frame, Object value) {
      frame.set(name, value);
    }

    @Override
    public Object value(Frame frame) {
      return frame.get(name);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      visitor.visit(name, false);
    }
  }

  /** A namespace's attribute. */
  record Member(String namespace, String name) implements Target {
    @Override
    public void assign(Frame frame, Object value) {
      Object holder = frame.get(namespace);
      if (!(holder instanceof Namespace namespace)) {
        throw new TemplateException("cannot assign attribute on non-namespace object");
      }
      namespace.attributes.put(name, value);
    }

    @Override
    public Object value(Frame frame) {
      return ((Namespace) frame.get(namespace)).attributes.get(name);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      visitor.visit(namespace, true);
    }
  }

  /** Several targets for a value's items. */
  record Several(List<Target> targets) implements Target {
    @Override
    public void assign(Frame frame, Object value) {
      if (!Types.isIterable(value)) {
        throw new TemplateException("cannot unpack non-iterable %s object", Types.name(value));
      }
      Iterator<Object> items = Types.iterate(frame.run(), value);
      Object[] parts = new Object[targets.size()];
      for (int i = 0; i < parts.length; i++) {
        if (!items.hasNext()) {
          throw new TemplateException(
              "not enough values to unpack (expected %d, got %d)", parts.length, i);
        }
        parts[i] = items.next();
      }
      if (items.hasNext()) {
        throw new TemplateException("too many values to unpack (expected %d)", parts.length);
      }
      for (int i = 0; i < parts.length; i++) {
        targets.get(i).assign(frame, parts[i]);
      }
    }

    @Override
    public Object value(Frame frame) {
      List<Object> parts = new ArrayList<>();
      targets.forEach(target -> parts.add(target.value(frame)));
      return new Tuple(parts);
    }

    @Override
    public void visitNames(NameVisitor visitor) {
      targets.forEach(target -> target.visitNames(visitor));
    }
  }
}
