package io.assize.prompt.jinja;

/** Takes the names of a part of a template, in their order. */
interface NameVisitor {
  /** Takes a name and whether it is read there, not set. */
  void visit(String name, boolean read);

  /** Takes an attribute that is read of a name's value, after the name. */
  default void visitAttribute(String name, String attribute) {}
}
