package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The names of one scope, found out before anything runs, by Jinja's rules: a name that is read
 * before it is set comes from outside, one that is set first does not, and what is set in a scope
 * is seen in the scopes inside it, never outside.
 */
final class Scope {
  /** Where a name's first value in a scope comes from. */
  enum Source {
    /** The scope's statement sets it, as a loop its target. */
    PARAMETER,
    /** The values that the template is rendered with. */
    VALUES,
    /** The scope around. */
    OUTSIDE,
    /** Nowhere yet. */
    NOTHING
  }

  private Scope outside;
  private final List<Scope> inside = new ArrayList<>();

  /** The names that are read before the scope, or one around it, has set them. */
  private final Set<String> asked = new HashSet<>();

  private Map<String, Source> names = new LinkedHashMap<>();
  private Set<String> stored = new HashSet<>();

  /** Begins to find out the names of a scope inside another. */
  void openIn(Scope enclosing) {
    outside = enclosing;
    enclosing.inside.add(this);
  }

  /** Takes the names that this scope and those inside it read before they set them. */
  void asked(Set<String> found) {
    found.addAll(asked);
    inside.forEach(scope -> scope.asked(found));
  }

  /** Takes the names whose value may be one that the template is rendered with. */
  void given(Set<String> found) {
    names.forEach(
        (name, source) -> {
          if (source == Source.VALUES) {
            found.add(name);
          }
        });
    inside.forEach(scope -> scope.given(found));
  }

  Map<String, Source> names() {
    return names;
  }

  private boolean knows(String name) {
    return names.containsKey(name) || (outside != null && outside.knows(name));
  }

  void parameter(String name) {
    stored.add(name);
    names.put(name, Source.PARAMETER);
  }

  void store(String name) {
    stored.add(name);
    if (!names.containsKey(name)) {
      boolean seen = outside != null && outside.knows(name);
      names.put(name, seen ? Source.OUTSIDE : Source.NOTHING);
    }
  }

  void load(String name) {
    if (!knows(name)) {
      names.put(name, Source.VALUES);
      asked.add(name);
    }
  }

  /** Loads the names that an expression reads; null for none. */
  void load(Expression expression) {
    if (expression != null) {
      expression.visitNames((name, read) -> load(name));
    }
  }

  /** Stores the names that a target sets, and loads those that it reads. */
  void store(Target target) {
    target.visitNames(
        (name, read) -> {
          if (read) {
            load(name);
          } else {
            store(name);
          }
        });
  }

  /** Takes a target's names as parameters. */
  void parameters(Target target) {
    target.visitNames((name, read) -> parameter(name));
  }

  /** A copy for one branch of an {@code if}. */
  Scope branch() {
    Scope copy = new Scope();
    copy.outside = outside;
    copy.names = new LinkedHashMap<>(names);
    copy.stored = new HashSet<>(stored);
    return copy;
  }

  /** Takes in what branches do: a name that one of them sets has a value before, if any has. */
  void join(List<Scope> branches) {
    Set<String> sometimes = new HashSet<>();
    branches.forEach(branch -> sometimes.addAll(branch.stored));
    sometimes.removeAll(stored);
    for (Scope branch : branches) {
      names.putAll(branch.names);
      stored.addAll(branch.stored);
      asked.addAll(branch.asked);
    }
    for (String name : sometimes) {
      boolean seen = outside != null && outside.knows(name);
      names.put(name, seen ? Source.OUTSIDE : Source.VALUES);
    }
  }

  /** The variables at the scope's start. */
  Frame enter(Run run, Frame around) {
    Map<String, Object> variables = new HashMap<>();
    names.forEach(
        (name, source) ->
            variables.put(
                name,
                switch (source) {
                  case VALUES -> run.resolve(name);
                  case OUTSIDE -> around.get(name);
                  default -> null;
                }));
    return new Frame(run, around, variables);
  }
}
