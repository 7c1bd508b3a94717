package io.assize.judge;

import io.assize.config.DecodingConfig;
import io.assize.prompt.AnswerPatterns;
import io.assize.prompt.DecisionRule;
import io.assize.verdict.Choice;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the ruling from a judge's text. The last statement counts, be it readable or not. Time is
 * linear in the text and the stack's depth constant, whatever the text: repetitions are possessive,
 * so that nothing is tried twice. What a model thinks between {@code <think>} and {@code </think>}
 * is not read.
 */
public final class VerdictParser {
  private static final Pattern MARKDOWN = Pattern.compile("[*_`#>\"'“”‘’«»~\\[\\](){}|\\\\]++");

  private static final Pattern STATEMENT =
      Pattern.compile("final\\s++decision\\s++is\\b", Pattern.CASE_INSENSITIVE);

  private static final Pattern DECISION =
      Pattern.compile(
          "^[\\s:;,.=\\-–—]*+(?:(?:that|a|they\\s++are|both\\s++are|the)\\s++)*+"
              + "(?:response\\s*+(?::\\s*+)?(?<number>[12])(?!\\d)|(?<tie>tie|tied)\\b)"
              + "(?!\\s*+(?:/|(?:,\\s*+)?or)\\s*+(?:response|tie))",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern RATING =
      Pattern.compile("rating[\\s:*_`=\\-–—]*+\\[\\[([^\\[\\]]*+)\\]\\]", Pattern.CASE_INSENSITIVE);

  private static final Pattern ANNOUNCED =
      Pattern.compile("final\\s++decision(?:\\s++is\\b|\\s*+[:=])", Pattern.CASE_INSENSITIVE);

  private static final Pattern BOX =
      Pattern.compile("\\\\boxed\\s*+\\{\\s*+(?:\\\\text(?:bf)?+\\s*+\\{)?+");

  private static final Pattern BOXED_NUMBER = Pattern.compile("\\\\boxed\\s*+\\{([^{}]*+)\\}");

  private static final Pattern NUMBER = Pattern.compile("\\d{1,2}(?:\\.\\d{1,4})?");

  private static final String THINKING = "<think>";
  private static final String THOUGHT = "</think>";

  private VerdictParser() {}

  /**
   * The ruling that a text states; empty where it states none that is valid. Other spellings (a
   * full-width colon, a no-break space, a box, "Final decision:") are read only where the usual one
   * states no ruling. Where a protocol has patterns of its own, these alone are.
   */
  public static Optional<Ruling> parse(DecisionRule rule, String text) {
    String said = withoutThinking(text);
    AnswerPatterns own = rule.patterns();
    return switch (rule.kind()) {
      case FINAL_DECISION ->
          own != null
              ? own.choice(said).map(Ruling::of)
              : decision(said, STATEMENT)
                  .or(() -> decision(boxesAnnounced(usual(said)), ANNOUNCED));
      case RATING ->
          own != null
              ? own.rating(said).flatMap(VerdictParser::valid)
              : rating(said)
                  .or(() -> rating(BOXED_NUMBER.matcher(usual(said)).replaceAll("[[$1]]")));
      case SCORE -> Optional.empty();
    };
  }

  /** A text without the thinking that stands before it, as its authors' chat templates drop it. */
  public static String withoutThinking(String text) {
    int end = text.lastIndexOf(THOUGHT);
    if (end >= 0) {
      return text.substring(end + THOUGHT.length()).stripLeading();
    }
    return text.stripLeading().startsWith(THINKING) ? "" : text;
  }

  /**
   * A text whose thinking stands before it as {@link #withoutThinking} drops it.
   *
   * @param said null where the thinking has not ended
   */
  public static String thought(String thinking, String said) {
    return THINKING + thinking + (said == null ? "" : THOUGHT + said);
  }

  private static String boxesAnnounced(String text) {
    return BOX.matcher(text).replaceAll(" final decision: ");
  }

  private static String usual(String text) {
    return text.replace('\uff1a', ':').replace('\u00a0', ' ').replace('\u202f', ' ');
  }

  /** Whether a text is all that a judge owes: it decides, or nothing or only a text is wanted. */
  public static boolean suffices(DecodingConfig decoding, DecisionRule rule, String text) {
    return rule == null || decoding.decision().equals("text") || parse(rule, text).isPresent();
  }

  private static Optional<Ruling> decision(String text, Pattern announcement) {
    String plain = MARKDOWN.matcher(text).replaceAll(" ");
    Matcher statement = announcement.matcher(plain);
    int after = -1;
    while (statement.find()) {
      after = statement.end();
    }
    if (after < 0) {
      return Optional.empty();
    }
    Matcher decision = DECISION.matcher(plain.substring(after));
    if (!decision.lookingAt()) {
      return Optional.empty();
    }
    if (decision.group("tie") != null) {
      return Optional.of(Ruling.of(Choice.TIE));
    }
    return Optional.of(
        Ruling.of(decision.group("number").equals("1") ? Choice.FIRST : Choice.SECOND));
  }

  private static Optional<Ruling> rating(String text) {
    Matcher matcher = RATING.matcher(text);
    String last = null;
    while (matcher.find()) {
      last = matcher.group(1).strip();
    }
    return Optional.ofNullable(last).flatMap(VerdictParser::valid);
  }

  private static Optional<Ruling> valid(String number) {
    if (!NUMBER.matcher(number.strip()).matches()) {
      return Optional.empty();
    }
    double rating = Double.parseDouble(number.strip());
    boolean half = rating * 2 == Math.rint(rating * 2);
    return half && rating >= 1 && rating <= 10
        ? Optional.of(Ruling.ofRating(rating))
        : Optional.empty();
  }
}
