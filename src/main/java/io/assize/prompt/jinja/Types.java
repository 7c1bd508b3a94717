package io.assize.prompt.jinja;

import java.math.BigInteger;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * What kinds of values there are, and what Python lets one do with any of them: ask for truth, go
 * through the items, take the length, compare. The values are: {@link Text}, whole numbers ({@link
 * BigInteger}), {@link Double}, {@link Boolean}, {@link None}, {@link Undefined}, lists ({@link
 * List}, {@link Range}), {@link Tuple}, {@link Dict}, {@link DictView}, {@link Stream}, {@link
 * Namespace}, {@link Loop} and {@link Callable}; nothing else ever reaches a template.
 */
final class Types {
  private Types() {}

  /** The type's name in Python. */
  static String name(Object value) {
    if (value instanceof Text text) {
      return text.isSafe() ? "Markup" : "str";
    }
    if (value instanceof BigInteger) {
      return "int";
    }
    if (value instanceof Double) {
      return "float";
    }
    if (value instanceof Boolean) {
      return "bool";
    }
    if (value == None.NONE) {
      return "NoneType";
    }
    if (value instanceof Range) {
      return "range";
    }
    if (value instanceof List) {
      return "list";
    }
    if (value instanceof Tuple) {
      return "tuple";
    }
    if (value instanceof Dict) {
      return "dict";
    }
    if (value instanceof DictView dictView) {
      return dictView.kind();
    }
    if (value instanceof Stream stream) {
      return stream.kind();
    }
    if (value instanceof Loop) {
      return "LoopContext";
    }
    if (value instanceof Macro) {
      return "Macro";
    }
    return value instanceof Callable ? "function" : value.getClass().getSimpleName();
  }

  /** A value as messages on its missing attributes call it. */
  static String described(Object value) {
    if (value == None.NONE) {
      return "None";
    }
    if (value instanceof Undefined || value instanceof Loop || value instanceof Macro) {
      return "jinja2.runtime." + name(value) + " object";
    }
    return value instanceof Namespace
        ? "jinja2.utils.Namespace object"
        : (value instanceof Text text && text.isSafe() ? "markupsafe." : "")
            + name(value)
            + " object";
  }

  /** A value for a message, short. */
  static String brief(Object value) {
    boolean plain =
        value instanceof BigInteger || value instanceof Boolean || value instanceof Double;
    return plain ? Printing.number(value) : name(value);
  }

  static boolean truth(Object value) {
    if (value instanceof Boolean b) {
      return b;
    }
    if (value instanceof Text text) {
      return !text.isEmpty();
    }
    if (value instanceof BigInteger bigInteger) {
      return bigInteger.signum() != 0;
    }
    if (value instanceof Double d) {
      return d != 0;
    }
    if (value == None.NONE || value instanceof Undefined) {
      return false;
    }
    return !hasLength(value) || length(value) > 0;
  }

  static boolean isNumber(Object value) {
    return value instanceof BigInteger || value instanceof Double || value instanceof Boolean;
  }

  static boolean hasLength(Object value) {
    return value instanceof Text
        || value instanceof List
        || value instanceof Tuple
        || value instanceof Dict
        || value instanceof DictView
        || value instanceof Loop
        || value instanceof Undefined;
  }

  static int length(Object value) {
    if (value instanceof Text text) {
      return text.length();
    }
    if (value instanceof List) {
      return ((List<?>) value).size();
    }
    if (value instanceof Tuple tuple) {
      return tuple.items().size();
    }
    if (value instanceof Dict dict) {
      return dict.size();
    }
    if (value instanceof DictView dictView) {
      return dictView.items().size();
    }
    if (value instanceof Loop loop) {
      return loop.length();
    }
    if (value instanceof Undefined) {
      return 0;
    }
    throw new TemplateException("object of type '%s' has no len()", name(value));
  }

  static boolean isIterable(Object value) {
    return hasLength(value) || value instanceof Stream;
  }

  /** Lists and tuples as lists; null for anything else. */
  @SuppressWarnings("unchecked")
  static List<Object> sequence(Object value) {
    if (value instanceof Tuple tuple) {
      return tuple.items();
    }
    return value instanceof List ? (List<Object>) value : null;
  }

  /** Goes through a value as Python's {@code for} does; each item is a step of the run. */
  static Iterator<Object> iterate(Run run, Object value) {
    Iterator<Object> items = items(value);
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public Object next() {
        run.meter().step();
        return items.next();
      }
    };
  }

  private static Iterator<Object> items(Object value) {
    List<Object> sequence = sequence(value);
    if (sequence != null) {
      return sequence.iterator();
    }
    if (value instanceof Text text) {
      return characters(text);
    }
    if (value instanceof Dict dict) {
      return dict.keys().iterator();
    }
    if (value instanceof DictView dictView) {
      return dictView.items().iterator();
    }
    if (value instanceof Stream stream) {
      return stream.items();
    }
    if (value instanceof Undefined) {
      return Collections.emptyIterator();
    }
    throw new TemplateException("'%s' object is not iterable", name(value));
  }

  private static Iterator<Object> characters(Text text) {
    return new Iterator<>() {
      private int at;

      @Override
      public boolean hasNext() {
        return at < text.size();
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int start = at;
        at += Character.charCount(text.toString().codePointAt(at));
        return text.substring(start, at).withSafe(false);
      }
    };
  }
}
