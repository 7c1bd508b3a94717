package io.assize.prompt.jinja;

import io.assize.config.UserError;
import java.math.BigInteger;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A template in the language of Jinja2, as chat templates are written in, under the settings that
 * Hugging Face gives it: {@code trim_blocks}, {@code lstrip_blocks}, loop controls, the {@code
 * generation} tag, {@code tojson} as plain JSON, the immutable sandbox. It is this project's own,
 * since templates come with strangers' models: its values are strings, numbers, lists and maps of
 * its own making, it calls nothing but what its own tables name, uses no reflection, and every
 * rendering is bounded by {@link Limits}. A template is immutable and may be shared among threads.
 */
public final class Template {
  private static final int CACHED = 256;

  private static final Map<String, Template> CACHE =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Template> eldest) {
              return size() > CACHED;
            }
          });

  private final List<Statement> statements;
  private final Scope scope = new Scope();
  private final Set<String> undeclared;
  private final Set<String> given;

  private Template(List<Statement> statements) {
    this.statements = statements;
    Statement.open(scope, statements);
    Set<String> asked = new TreeSet<>();
    scope.asked(asked);
    this.undeclared = withoutJinjas(asked);
    Set<String> values = new TreeSet<>();
    scope.given(values);
    Set<String> read = new TreeSet<>();
    Statement.visitNames(
        statements,
        (name, reads) -> {
          if (reads) {
            read.add(name);
          }
        });
    values.retainAll(read);
    this.given = withoutJinjas(values);
  }

  private static Set<String> withoutJinjas(Set<String> names) {
    names.removeIf(name -> Globals.get(name) != null);
    names.removeAll(Set.of("loop", "caller", "varargs", "kwargs"));
    return Collections.unmodifiableSet(names);
  }

  /**
   * Attributes that the template reads of values that are texts and that no text has, as {@code
   * prompt.body}.
   *
   * @param texts names of such values; one that the template sets itself is passed over
   */
  public Set<String> missingOf(Set<String> texts) {
    Set<String> missing = new TreeSet<>();
    Set<String> set = new HashSet<>();
    Statement.visitNames(
        statements,
        new NameVisitor() {
          @Override
          public void visit(String name, boolean read) {
            if (!read) {
              set.add(name + ".");
            }
          }

          @Override
          public void visitAttribute(String name, String attribute) {
            if (texts.contains(name) && Methods.of(Text.EMPTY, attribute) == null) {
              missing.add(name + "." + attribute);
            }
          }
        });
    missing.removeIf(path -> set.stream().anyMatch(path::startsWith));
    return missing;
  }

  /**
   * Parses a template.
   *
   * @throws UserError where it is none, with the line
   */
  public static Template parse(String text) {
    Template known = CACHE.get(text);
    if (known != null) {
      return known;
    }
    if (text.length() > Limits.TEMPLATE_CHARACTERS) {
      throw UserError.configuration(
          "template: has %d characters, more than %d", text.length(), Limits.TEMPLATE_CHARACTERS);
    }
    try {
      Template parsed = new Template(Parser.parse(text));
      CACHE.put(text, parsed);
      return parsed;
    } catch (TemplateException e) {
      throw refused(e, 0);
    } catch (StackOverflowError e) {
      throw refused(new TemplateException("nests too deep: the template is refused"), 0);
    }
  }

  /**
   * The names that the template reads where nothing in it has set them, in order, without those of
   * Jinja itself. One that is set in some branch before it is read counts as set.
   */
  public Set<String> undeclared() {
    return undeclared;
  }

  /** The names whose value may be one that the template is rendered with, in order. */
  public Set<String> given() {
    return given;
  }

  /** Renders with the system's clock. */
  public Text render(Map<String, ?> values, Limits limits) {
    return render(values, limits, Clock.system(ZoneId.systemDefault()));
  }

  /**
   * The template's text for values: texts, whole numbers, doubles, booleans, lists and maps of
   * these, and null for None. A {@link Text} keeps its marks, a string counts as the template's.
   *
   * @throws UserError where the template refuses the values, asks for what there is not, or for
   *     more than the limits allow, with the line
   */
  public Text render(Map<String, ?> values, Limits limits, Clock clock) {
    Map<String, Object> given = new HashMap<>();
    values.forEach((name, value) -> given.put(name, value(value)));
    Run run = new Run(given, clock, limits);
    TextBuilder out = new TextBuilder(run.meter());
    try {
      scope.enter(run, null).execute(statements, out);
    } catch (TemplateException e) {
      throw refused(e, run.line());
    } catch (StackOverflowError e) {
      throw refused(new TemplateException("nests too deep: the template is refused"), run.line());
    }
    return out.build();
  }

  private static UserError refused(TemplateException e, int line) {
    int at = e.line() > 0 ? e.line() : line;
    return at > 0
        ? UserError.configuration("template, line %d: %s", at, e.getMessage())
        : UserError.configuration("template: %s", e.getMessage());
  }

  /** A value of Java's as one of a template's. */
  private static Object value(Object value) {
    if (value == null) {
      return None.NONE;
    }
    if (value instanceof String string) {
      return Text.of(string);
    }
    if (value instanceof Text || value instanceof Boolean || value instanceof Double) {
      return value;
    }
    if (value instanceof Integer || value instanceof Long) {
      return BigInteger.valueOf(((Number) value).longValue());
    }
    if (value instanceof BigInteger bigInteger && bigInteger.bitLength() <= Limits.NUMBER_BITS) {
      return value;
    }
    if (value instanceof List) {
      List<Object> items = new ArrayList<>();
      ((List<?>) value).forEach(item -> items.add(value(item)));
      return items;
    }
    if (value instanceof Map) {
      Dict dict = new Dict();
      ((Map<?, ?>) value).forEach((key, item) -> dict.put(value(key), value(item)));
      return dict;
    }
    throw new IllegalArgumentException("a template takes no " + value.getClass());
  }
}
