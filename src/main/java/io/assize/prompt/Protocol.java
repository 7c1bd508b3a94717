package io.assize.prompt;

import io.assize.config.LocalPath;
import io.assize.config.Settings;
import io.assize.config.UserError;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a judge is asked, as data: a Jinja template over a row's fields, the rule that reads the
 * answer, and the chat format around it.
 *
 * @param name the protocol's name in the verdicts
 * @param kind pairwise or single
 * @param decision how the answer is read; ratings belong to single protocols, decisions to
 *     pairwise, scores to both; null where its text is all that is wanted
 * @param chat {@code model} (the checkpoint's own chat template), {@code none}, or a Jinja template
 * @param system the system message; empty for none
 * @param template the user message as a Jinja template
 */
public record Protocol(
    String name,
    ProtocolKind kind,
    DecisionRule decision,
    String chat,
    String system,
    String template)
    implements Serializable {

  /** The protocols that come with Assize, by name. */
  public static final List<String> BUILT_IN =
      List.of("pairwise", "pairwise-brief", "single", "reward", "reward-single");

  private static final String READING = "reading";

  private static final Set<String> KEYS =
      Set.of("name", "kind", "decision", "chat", "system", "template", READING);

  /** Reads a built-in protocol by its name, or a protocol file by its path. */
  public static Protocol load(String nameOrPath) {
    if (BUILT_IN.contains(nameOrPath)) {
      String resource = "conf/protocols/" + nameOrPath + ".conf";
      return parse(Settings.resource(resource), resource);
    }
    try {
      return parse(Files.readString(LocalPath.of(nameOrPath), StandardCharsets.UTF_8), nameOrPath);
    } catch (IOException e) {
      throw UserError.configuration(
          "protocol %s is neither one of %s nor a file that can be read: check assize.protocol",
          nameOrPath, String.join(", ", BUILT_IN));
    }
  }

  /** Parses a protocol's HOCON; {@code where} names the file in messages. */
  public static Protocol parse(String hocon, String where) {
    Settings settings = Settings.parse(hocon, where);
    Set<String> unknown = new TreeSet<>(settings.leaves().keySet());
    unknown.removeAll(KEYS);
    unknown.removeIf(key -> key.startsWith(READING + "."));
    if (!unknown.isEmpty()) {
      throw UserError.configuration(
          "%s has the unknown key %s: a protocol has %s",
          where, unknown.iterator().next(), String.join(", ", new TreeSet<>(KEYS)));
    }
    ProtocolKind kind = ProtocolKind.valueOf(upper(settings.choice("kind", "pairwise", "single")));
    DecisionRule decision =
        DecisionRule.of(settings.choice("decision", "final_decision", "rating", "score"));
    if (!decision.scores() && (kind == ProtocolKind.SINGLE) != decision.rates()) {
      throw UserError.configuration(
          "%s: decision %s does not fit kind %s: pairwise takes final_decision, single takes"
              + " rating, and both take score of a reward model",
          where, decision.text(), kind.text());
    }
    if (settings.has(READING)) {
      AnswerPatterns own = AnswerPatterns.of(settings.section(READING), decision.kind(), where);
      decision = new DecisionRule(decision.kind(), own);
    }
    String chat = settings.optionalText("chat");
    Protocol protocol =
        new Protocol(
            settings.name("name"),
            kind,
            decision,
            chat == null ? "model" : chat,
            settings.anyText("system"),
            settings.text("template"));
    PromptTemplate.check(protocol, where);
    return protocol;
  }

  /** Whether a reward model scores each response, instead of a text being read. */
  public boolean scores() {
    return decision != null && decision.scores();
  }

  /** This protocol as HOCON that {@link #parse} reads back. */
  public String toHocon() {
    return String.format(
        Locale.ROOT,
        "name = %s\nkind = %s\ndecision = %s\nchat = %s\nsystem = %s\ntemplate = %s\n%s",
        quote(name),
        kind.text(),
        decision.text(),
        quote(chat),
        quote(system),
        quote(template),
        decision.patterns() == null ? "" : READING + " = " + decision.patterns().toHocon() + "\n");
  }

  /**
   * What the verdict key takes in of the protocol: everything that could change an answer's
   * meaning.
   */
  public String identity() {
    String identity = String.join("\u0000", name, kind.text(), decision.text(), chat);
    return decision.patterns() == null
        ? identity
        : identity + "\u0000" + decision.patterns().toHocon();
  }

  private static String quote(String text) {
    return com.typesafe.config.ConfigValueFactory.fromAnyRef(text).render();
  }

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }
}
