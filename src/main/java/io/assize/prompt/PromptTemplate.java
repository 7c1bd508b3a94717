package io.assize.prompt;

import io.assize.config.UserError;
import java.util.ArrayList;
import java.util.List;

/** Renders a protocol's messages for a row. The row's text is inserted as data. */
public final class PromptTemplate {
  private static final PromptFields PAIR_PROBE =
      new PromptFields("prompt-probe", List.of("first-probe", "second-probe"), "r", "s", "c");
  private static final PromptFields SINGLE_PROBE =
      new PromptFields("prompt-probe", List.of("first-probe"), "r", "s", "c");

  private final Protocol protocol;

  public PromptTemplate(Protocol protocol) {
    this.protocol = protocol;
  }

  /** The messages for the judge: the system message, if any, then the user's. */
  public List<ChatMessage> render(PromptFields fields) {
    List<ChatMessage> messages = new ArrayList<>(2);
    if (!protocol.system().isEmpty()) {
      messages.add(new ChatMessage("system", protocol.system()));
    }
    messages.add(new ChatMessage("user", Jinja.render(protocol.template(), fields.byName())));
    return List.copyOf(messages);
  }

  /** Messages of the form that a protocol makes, for checks before there is a row. */
  public static List<ChatMessage> probe(Protocol protocol) {
    return new PromptTemplate(protocol).render(probeFields(protocol));
  }

  /** Refuses a template that does not parse or does not show what is to be judged. */
  static void check(Protocol protocol, String where) {
    String shown;
    try {
      List<ChatMessage> messages = probe(protocol);
      shown = messages.get(messages.size() - 1).content();
    } catch (UserError e) {
      throw UserError.configuration("%s: %s", where, e.getMessage());
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

  private static PromptFields probeFields(Protocol protocol) {
    return protocol.kind() == ProtocolKind.PAIRWISE ? PAIR_PROBE : SINGLE_PROBE;
  }
}
