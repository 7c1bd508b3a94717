package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A token that stands beside a tokenizer's model and is looked for in a text before all else.
 *
 * @param id as the file has it
 * @param content its text
 * @param special whether the file says that it is no text
 * @param singleWord whether it counts only where no letter or digit touches it
 * @param strips whether it takes white space at its left or right
 * @param normalized whether it is looked for after normalisation
 */
public record AddedToken(
    long id,
    String content,
    boolean special,
    boolean singleWord,
    boolean strips,
    boolean normalized) {

  /** A tag: what stands in brackets of some kind, of one line. */
  private static final Pattern TAG =
      Pattern.compile("\\s*(<.+>|\\[.+\\]|\\{.+\\}|\\|.+\\||＜.+＞|【.+】|⟨.+⟩|《.+》|«.+»)\\s*");

  /** The elements of HTML that are in vocabularies; {@code <s>} begins a text elsewhere. */
  private static final Pattern HTML = Pattern.compile("\\s*</?([a-z]+[1-6]?)>\\s*");

  private static final Set<String> ELEMENTS =
      Set.of(
          "table",
          "caption",
          "thead",
          "tbody",
          "tfoot",
          "tr",
          "th",
          "td",
          "h1",
          "h2",
          "h3",
          "h4",
          "h5",
          "h6",
          "p",
          "br",
          "hr",
          "ul",
          "ol",
          "li",
          "blockquote",
          "strong",
          "em",
          "b",
          "i",
          "u",
          "sub",
          "sup",
          "code",
          "pre",
          "div",
          "span",
          "a",
          "img",
          "html",
          "body");

  /** The token of an object of {@code added_tokens}. */
  public static AddedToken of(JsonNode json) {
    return new AddedToken(
        json.path("id").asLong(),
        json.path("content").asText(),
        json.path("special").asBoolean(),
        json.path("single_word").asBoolean(),
        json.path("lstrip").asBoolean() || json.path("rstrip").asBoolean(),
        json.path("normalized").asBoolean(!json.path("special").asBoolean()));
  }

  /**
   * Whether it steers the model, so that it is never made of a corpus's text: every special token,
   * and of the others those that look like a tag ({@code <think>}, {@code [TOOL]}, {@code
   * <|user|>}). The rest are pieces of ordinary text that the vocabulary has whole, such as runs of
   * spaces, words, and HTML's elements; a corpus's text is made of them as any text is.
   */
  public boolean control() {
    if (special) {
      return true;
    }
    var element = HTML.matcher(content);
    return TAG.matcher(content).matches()
        && !(element.matches() && ELEMENTS.contains(element.group(1)));
  }

  /** The object of another token, of which nothing but the text is known. */
  static void put(ObjectNode token, long id, String content, boolean special) {
    token.put("id", id).put("content", content).put("single_word", false);
    token.put("lstrip", false).put("rstrip", false);
    token.put("normalized", !special).put("special", special);
  }
}
