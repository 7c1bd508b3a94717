package io.assize.prompt;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import io.assize.config.Settings;
import io.assize.config.UserError;
import io.assize.verdict.Choice;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A protocol's own patterns for verdicts: regular expressions in RE2's syntax, matched in time
 * linear in the text whatever the pattern (<a href="https://swtch.com/~rsc/regexp/regexp1.html">Cox
 * 2007</a>). The match that ends last counts; of those that end together, the longest.
 */
public final class AnswerPatterns implements Serializable {
  private static final long serialVersionUID = 1L;
  private static final String RATING = "rating";
  private static final String FIRST = "first";
  private static final String SECOND = "second";
  private static final String TIE = "tie";

  private final Map<String, List<String>> texts;
  private final Map<String, List<Pattern>> patterns = new LinkedHashMap<>();

  /** A match. */
  private record Found(int start, int end, String name, String group) {
    boolean before(Found other) {
      return end != other.end ? end < other.end : start > other.start;
    }
  }

  private AnswerPatterns(Map<String, List<String>> texts) {
    this.texts = Map.copyOf(texts);
  }

  /**
   * Reads the section {@code reading} of a protocol.
   *
   * @param kind of the protocol's rule
   * @param where names the file in messages
   * @throws UserError where a pattern is none, may match nothing, or does not fit the rule
   */
  static AnswerPatterns of(Settings reading, DecisionRule.Kind kind, String where) {
    Map<String, List<String>> texts = reading.lists();
    Set<String> wanted =
        switch (kind) {
          case FINAL_DECISION -> new TreeSet<>(Set.of(FIRST, SECOND));
          case RATING -> new TreeSet<>(Set.of(RATING));
          case SCORE -> Set.of();
        };
    Set<String> known = new TreeSet<>(wanted);
    if (kind == DecisionRule.Kind.FINAL_DECISION) {
      known.add(TIE);
    }
    if (!known.containsAll(texts.keySet())
        || !texts.keySet().containsAll(wanted)
        || wanted.isEmpty()) {
      throw UserError.configuration(
          "%s: reading has %s: %s",
          where,
          texts.isEmpty() ? "nothing" : String.join(", ", new TreeSet<>(texts.keySet())),
          wanted.isEmpty()
              ? "scores are not read from texts, so leave it out"
              : "it takes "
                  + String.join(", ", known)
                  + (known.size() > 1 ? ", of which tie may be left out" : ""));
    }
    AnswerPatterns patterns = new AnswerPatterns(texts);
    for (String name : known) {
      List<String> own = texts.getOrDefault(name, List.of());
      patterns.patterns.put(
          name, own.stream().map(text -> pattern(text, name, where)).collect(Collectors.toList()));
    }
    return patterns;
  }

  private static Pattern pattern(String text, String name, String where) {
    String key = where + ": reading." + name + " " + text;
    Pattern pattern;
    try {
      pattern = Pattern.compile(text);
    } catch (PatternSyntaxException e) {
      throw UserError.configuration(
          "%s is no regular expression of RE2, which has no look-around and no back-references: %s",
          key, e.getMessage());
    }
    if (pattern.matches("")) {
      throw UserError.configuration("%s matches where nothing stands: make it match a word", key);
    }
    if (name.equals(RATING) && pattern.groupCount() != 1) {
      throw UserError.configuration(
          "%s has %d groups in brackets: it needs one, of the number", key, pattern.groupCount());
    }
    return pattern;
  }

  /** Which response a text decides for; empty where no pattern matches. */
  public Optional<Choice> choice(String text) {
    return last(text)
        .map(
            found ->
                switch (found.name()) {
                  case FIRST -> Choice.FIRST;
                  case SECOND -> Choice.SECOND;
                  default -> Choice.TIE;
                });
  }

  /** What stands in a text in place of its rating; empty where no pattern matches. */
  public Optional<String> rating(String text) {
    return last(text).map(Found::group);
  }

  private Optional<Found> last(String text) {
    Found last = null;
    for (Map.Entry<String, List<Pattern>> entry : patterns.entrySet()) {
      for (Pattern pattern : entry.getValue()) {
        Matcher matcher = pattern.matcher(text);
        while (matcher.find()) {
          String group = entry.getKey().equals(RATING) ? matcher.group(1) : null;
          Found found = new Found(matcher.start(), matcher.end(), entry.getKey(), group);
          last = last == null || last.before(found) ? found : last;
        }
      }
    }
    return Optional.ofNullable(last);
  }

  /** The section's texts by name, in a fixed order, as HOCON. */
  String toHocon() {
    return new TreeMap<>(texts)
        .entrySet().stream()
            .map(
                entry ->
                    entry.getKey()
                        + " = "
                        + ConfigValueFactory.fromIterable(entry.getValue())
                            .render(ConfigRenderOptions.concise()))
            .collect(Collectors.joining(", ", "{ ", " }"));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof AnswerPatterns patterned && texts.equals(patterned.texts);
  }

  @Override
  public int hashCode() {
    return texts.hashCode();
  }
}
