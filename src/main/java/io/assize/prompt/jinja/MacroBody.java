package io.assize.prompt.jinja;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a macro, or a block that is called, is made of.
 *
 * @param name null for a block
 * @param defaults of the last parameters
 * @param specials which of {@code caller}, {@code kwargs} and {@code varargs} the body uses
 */
record MacroBody(
    String name,
    List<String> parameters,
    List<Expression> defaults,
    List<Statement> body,
    Set<String> specials,
    Scope scope) {
  /** The names that a body may use for what it was not told to take. */
  private static final Set<String> SPECIAL = Set.of("caller", "kwargs", "varargs");

  static MacroBody of(
      String name, List<String> parameters, List<Expression> defaults, List<Statement> body) {
    Set<String> specials = used(body, SPECIAL);
    specials.removeAll(parameters);
    return new MacroBody(name, parameters, defaults, body, Set.copyOf(specials), new Scope());
  }

  /** Which of these names statements read before anything in them sets them. */
  static Set<String> used(List<Statement> body, Set<String> wanted) {
    Set<String> open = new HashSet<>(wanted);
    Set<String> used = new HashSet<>();
    for (Statement statement : body) {
      statement.visitNames(
          (name, read) -> {
            if (read && open.contains(name)) {
              used.add(name);
            } else if (!read) {
              open.remove(name);
            }
          });
    }
    return used;
  }

  /** The default of a parameter; null where it has none. */
  Expression defaultOf(int parameter) {
    int index = parameter - (parameters.size() - defaults.size());
    return index < 0 ? null : defaults.get(index);
  }

  void openScopes(Scope enclosing) {
    scope.openIn(enclosing);
    parameters.forEach(scope::parameter);
    specials.forEach(scope::parameter);
    for (Expression value : defaults) {
      scope.load(value);
    }
    Statement.open(scope, body);
  }

  void visitNames(NameVisitor visitor) {
    parameters.forEach(parameter -> visitor.visit(parameter, false));
    defaults.forEach(value -> value.visitNames(visitor));
    Statement.visitNames(body, visitor);
  }
}
