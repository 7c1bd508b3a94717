package io.assize.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.prompt.DecisionRule;
import io.assize.testing.PublicData;
import io.assize.verdict.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictParserTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FIRST  | So, the final decision is Response 1.",
        "SECOND | THE FINAL DECISION IS RESPONSE 2!",
        "TIE    | the final decision is: Tie",
        "TIE    | The final decision is a tie.",
        "TIE    | The final decision is that they are tied",
        "FIRST  | **The final decision is: Response 1**",
        "SECOND | The final decision is **Response 2**, because it is better than Response 1.",
        "FIRST  | The final decision is `Response 1`.",
        "SECOND | The *final  decision*  is _Response_ 2",
        "FIRST  | The final decision is [Response 1]",
        "SECOND | The final decision is Response 1. No: the final decision is Response 2.",
        "FIRST  | The final decision is “Response 1”",
      })
  void theLastDecisionCounts(Choice choice, String text) {
    assertThat(VerdictParser.parse(DecisionRule.FINAL_DECISION, text)).contains(Ruling.of(choice));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FIRST  | The final decision is\uff1aResponse 1",
        "SECOND | The final\u00a0decision is Response\u00a02.",
        "TIE    | **Final decision:** Tie",
        "FIRST  | So \\boxed{Response 1}",
        "SECOND | The final decision is \\boxed{\\text{Response 2}}.",
        "FIRST  | The final decision is Response 1. Final decision: Response 2",
      })
  void otherSpellingsAreReadWhereTheUsualOneStatesNothing(Choice choice, String text) {
    assertThat(VerdictParser.parse(DecisionRule.FINAL_DECISION, text)).contains(Ruling.of(choice));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Rating\uff1a[[7]]", "Rating:\u00a0[[7]]", "Rating: \\boxed{7}"})
  void otherSpellingsOfARatingAreRead(String text) {
    assertThat(VerdictParser.parse(DecisionRule.RATING, text)).contains(Ruling.ofRating(7));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\boxed{A}",
        "Final decision: Response 1 or Response 2",
        "\\boxed{Response 1}. On second thought, the final decision is open.",
      })
  void whatIsAmbiguousInAnotherSpellingHasNone(String text) {
    assertThat(VerdictParser.parse(DecisionRule.FINAL_DECISION, text)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Response 1 is better.",
        "The final decision is",
        "The final decision is Response 3",
        "The final decision is Response 12",
        "The final decision is Response 1 / Response 2 / Tie",
        "The final decision is Response 1 or Response 2",
        "The final decision is difficult; Response 1",
        "The final decision is Response 1. On second thought, the final decision is open.",
      })
  void whatStatesNoDecisionHasNone(String text) {
    assertThat(VerdictParser.parse(DecisionRule.FINAL_DECISION, text)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "5    | Rating: [[5]]",
        "7.5  | rating: [[7.5]]",
        "10   | **Rating:** [[10]]",
        "1    | Rating: [[ 1 ]]",
        "8    | Rating: [[3]] would be harsh. Rating: [[8]]",
        "6    | Rating: [[6.0]]",
      })
  void theLastRatingCounts(double rating, String text) {
    assertThat(VerdictParser.parse(DecisionRule.RATING, text)).contains(Ruling.ofRating(rating));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Rating: 5",
        "Rating: [[0]]",
        "Rating: [[0.5]]",
        "Rating: [[11]]",
        "Rating: [[10.5]]",
        "Rating: [[7.3]]",
        "Rating: [[-3]]",
        "Rating: [[good]]",
        "Rating: [[5]] Rating: [[]]",
        "[[5]]",
      })
  void whatIsNoRatingFromOneToTenHasNone(String text) {
    assertThat(VerdictParser.parse(DecisionRule.RATING, text)).isEmpty();
  }

  @Property
  void whateverStandsBeforeTheLastDecisionChangesNothing(
      @ForAll String before, @ForAll Choice choice) {
    Map<Choice, String> words =
        Map.of(Choice.FIRST, "Response 1", Choice.SECOND, "Response 2", Choice.TIE, "Tie");
    String text = before + " So, the final decision is " + words.get(choice) + ".";
    assertThat(VerdictParser.parse(DecisionRule.FINAL_DECISION, text)).contains(Ruling.of(choice));
  }

  @Property
  void noTextBreaksTheParser(@ForAll String text) {
    assertThat(VerdictParser.parse(DecisionRule.FINAL_DECISION, "final decision is" + text))
        .isNotNull();
    assertThat(VerdictParser.parse(DecisionRule.RATING, "Rating: [[" + text)).isNotNull();
  }

  /** What a parser that goes back would go back in, at each of a million characters. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        " ",
        "the ",
        "they are ",
        "they   ",
        ":",
        "*",
        "[",
        "final ",
        "final decision is ",
        "response ",
        "Response 1 or ",
        "tie , ",
        "rating: ",
        "rating[[",
        "Rating: [[1"
      })
  void aTextOfAMillionCharactersIsReadWhateverItRepeats(String part) {
    String filled = part.repeat(1_000_000 / part.length());
    assertTimeoutPreemptively(
        Duration.ofMinutes(2),
        () -> {
          for (String before : List.of("final decision is ", "final decision is response")) {
            String text = before + filled;
            assertThat(VerdictParser.parse(DecisionRule.FINAL_DECISION, text)).isNotNull();
          }
          assertThat(VerdictParser.parse(DecisionRule.RATING, "rating" + filled)).isNotNull();
        });
  }

  @Test
  void aStatementOfAMillionWordsIsReadAsAShortOneIs() {
    String many = "the ".repeat(250_000);
    assertThat(
            VerdictParser.parse(
                DecisionRule.FINAL_DECISION, "The final decision is " + many + "Response 2"))
        .contains(Ruling.of(Choice.SECOND));
    assertThat(VerdictParser.parse(DecisionRule.RATING, "rating" + " ".repeat(900_000) + "[[7]]"))
        .contains(Ruling.ofRating(7));
  }

  @Test
  void realCritiquesOfAutoJAreRead() throws IOException {
    assertThat(readable("critique_autoj_output.jsonl")).isEqualTo(231);
  }

  @Test
  void realCritiquesOfChatGptAreRead() throws IOException {
    assertThat(readable("critique_chatgpt_output.jsonl")).isEqualTo(219);
  }

  private static long readable(String file) throws IOException {
    ObjectMapper json = new ObjectMapper();
    long readable = 0;
    for (String line : Files.readAllLines(PublicData.autoJ().resolve(file))) {
      JsonNode row = json.readTree(line);
      readable +=
          VerdictParser.parse(DecisionRule.RATING, row.get("output").asText()).stream().count();
    }
    return readable;
  }
}
