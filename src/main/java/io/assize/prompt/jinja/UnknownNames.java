package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.List;

/** Filters and tests that a template names and that do not exist, in the order found. */
final class UnknownNames {
  private final List<TemplateException> found = new ArrayList<>();
  private boolean lenient;

  /**
   * Whether filters and tests that do not exist are refused only when they are reached, as they are
   * in an {@code if}; gives what was set before.
   */
  boolean lenient(boolean wanted) {
    boolean before = lenient;
    lenient = wanted;
    return before;
  }

  void add(int line, String kind, String name) {
    if (!lenient) {
      found.add(new TemplateException(line, "No %s named '%s'.", kind, name));
    }
  }

  int count() {
    return found.size();
  }

  /** Forgets all but the first ones. */
  void keepFirst(int count) {
    found.subList(count, found.size()).clear();
  }

  /** Refuses the template if it names a filter or test that does not exist. */
  void refuse() {
    if (!found.isEmpty()) {
      throw found.get(0);
    }
  }
}
