package io.assize.prompt.jinja;

/**
 * A piece of a template.
 *
 * @param value the text of data, names and operators, the value of literals; null for borders
 */
record Token(Kind kind, Object value, int line) {
  enum Kind {
    DATA("text"),
    VARIABLE_BEGIN("{{"),
    VARIABLE_END("}}"),
    BLOCK_BEGIN("{%"),
    BLOCK_END("%}"),
    NAME("name"),
    STRING("string"),
    INTEGER("integer"),
    FLOAT("float"),
    OPERATOR("operator"),
    END("end of template");

    private final String words;

    Kind(String words) {
      this.words = words;
    }
  }

  boolean isName(String name) {
    return kind == Kind.NAME && value.equals(name);
  }

  boolean isOperator(String operator) {
    return kind == Kind.OPERATOR && value.equals(operator);
  }

  /** The token as a message shows it. */
  String shown() {
    return kind == Kind.NAME || kind == Kind.OPERATOR ? "'" + value + "'" : "'" + kind.words + "'";
  }
}
