package io.assize.prompt.jinja;

import java.util.Locale;

/**
 * What a name or an attribute that does not exist stands for: it prints as nothing, counts as
 * false, can be iterated, and any other use is refused.
 *
 * @param message what is said where it is used all the same
 */
record Undefined(String message) {
  static Undefined name(String name) {
    return new Undefined("'" + name + "' is undefined");
  }

  static Undefined attribute(Object of, String name) {
    return new Undefined(
        String.format(
            Locale.ROOT, "'%s' has no attribute %s", Types.described(of), Printing.quoted(name)));
  }

  static Undefined element(Object of, Object key) {
    return key instanceof Text
        ? attribute(of, key.toString())
        : new Undefined(
            String.format(
                Locale.ROOT, "%s has no element %s", Types.described(of), Types.brief(key)));
  }

  /** An attribute that the sandbox keeps from templates. */
  static Undefined unsafe(Object of, String name) {
    return new Undefined(
        String.format(
            Locale.ROOT,
            "access to attribute '%s' of '%s' object is unsafe.",
            name,
            Types.name(of)));
  }

  TemplateException refused() {
    return new TemplateException("%s", message);
  }
}
