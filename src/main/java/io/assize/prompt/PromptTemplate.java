package io.assize.prompt;

import io.assize.config.UserError;
import io.assize.prompt.jinja.Limits;
import io.assize.prompt.jinja.Template;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Renders a protocol's messages for a row. The row's text is inserted as data. */
public final class PromptTemplate {
  private static final PromptFields PAIR_PROBE =
      new PromptFields("prompt-probe", List.of("first-probe", "second-probe"), "r", "s", "c");
  private static final PromptFields SINGLE_PROBE =
      new PromptFields("prompt-probe", List.of("first-probe"), "r", "s", "c");

  private final Protocol protocol;
  private final Template template;

  public PromptTemplate(Protocol protocol) {
    this.protocol = protocol;
    this.template = Template.parse(protocol.template());
  }

  /**
   * The messages for the judge: the system message, if any, then the user's; where responses are
   * scored, then each response as the assistant's.
   */
  public List<ChatMessage> render(PromptFields fields) {
    List<ChatMessage> messages = new ArrayList<>(2);
    if (!protocol.system().isEmpty()) {
      messages.add(new ChatMessage("system", protocol.system()));
    }
    Limits limits = Limits.DEFAULT.with(fields.characters());
    messages.add(new ChatMessage("user", template.render(fields.byName(), limits).toString()));
    if (protocol.scores()) {
      fields.responses().forEach(response -> messages.add(new ChatMessage("assistant", response)));
    }
    return List.copyOf(messages);
  }

  /** Messages of the form that a protocol makes, for checks before there is a row. */
  public static List<ChatMessage> probe(Protocol protocol) {
    return new PromptTemplate(protocol).render(probeFields(protocol));
  }

  /** Whether a protocol's template asks for a field. */
  public static boolean asksFor(Protocol protocol, String field) {
    return Template.parse(protocol.template()).undeclared().contains(field);
  }

  /** Refuses a template that does not parse, asks for what no row has, or shows too little. */
  static void check(Protocol protocol, String where) {
    String shown;
    try {
      refuseUnknownFields(protocol);
      shown =
          probe(protocol).stream()
              .filter(message -> message.role().equals("user"))
              .map(ChatMessage::content)
              .findFirst()
              .orElseThrow();
    } catch (UserError e) {
      throw UserError.configuration("%s: %s", where, e.getMessage());
    }
    if (protocol.scores()) {
      if (!shown.contains(probeFields(protocol).prompt())) {
        throw UserError.configuration(
            "%s: the template does not show the query: use {{ prompt }}", where);
      }
      return;
    }
    for (String response : probeFields(protocol).responses()) {
      if (!shown.contains(response)) {
        throw UserError.configuration(
            "%s: the template does not show every response: use %s",
            where,
            protocol.kind() == ProtocolKind.PAIRWISE
                ? "{{ response_1 }} and {{ response_2 }}"
                : "{{ response }}");
      }
    }
  }

  private static void refuseUnknownFields(Protocol protocol) {
    Set<String> known = new TreeSet<>(probeFields(protocol).byName().keySet());
    if (protocol.scores()) {
      // They are turns of their own.
      known.removeIf(field -> field.startsWith("response"));
    }
    Template template = Template.parse(protocol.template());
    Set<String> unknown = new TreeSet<>(template.undeclared());
    unknown.removeAll(known);
    unknown.addAll(template.missingOf(known));
    if (!unknown.isEmpty()) {
      throw UserError.configuration(
          "the template asks for %s: a %s protocol%s has %s",
          String.join(", ", unknown),
          protocol.kind().text(),
          protocol.scores() ? " with decision score" : "",
          String.join(", ", known));
    }
  }

  private static PromptFields probeFields(Protocol protocol) {
    return protocol.kind() == ProtocolKind.PAIRWISE ? PAIR_PROBE : SINGLE_PROBE;
  }
}
