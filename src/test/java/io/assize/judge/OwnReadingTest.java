package io.assize.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.assize.config.UserError;
import io.assize.prompt.Protocol;
import io.assize.verdict.Choice;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Verdicts in the words that a protocol names. */
class OwnReadingTest {
  /** The grades of Arena-Hard's judges: github.com/lmarena/arena-hard-auto, utils/judge_utils. */
  private static final String GRADES =
      """
      name = grades, kind = pairwise, decision = final_decision
      template = "{{ response_1 }} {{ response_2 }}"
      reading {
        first = ["\\\\[\\\\[A>>B\\\\]\\\\]", "\\\\[\\\\[A>B\\\\]\\\\]"]
        second = ["\\\\[\\\\[B>>A\\\\]\\\\]", "\\\\[\\\\[B>A\\\\]\\\\]"]
        tie = "\\\\[\\\\[A=B\\\\]\\\\]"
      }
      """;

  private static final String TENTHS =
      """
      name = tenths, kind = single, decision = rating, template = "{{ response }}"
      reading.rating = "(?i)rating: *(\\\\d+(?:\\\\.5)?) */ *10"
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "FIRST  | My final verdict is tie-breaking: [[A>B]]",
        "FIRST  | [[A>>B]]",
        "SECOND | [[A>B]] at first, but then [[B>>A]].",
        "TIE    | So [[A=B]], though the final decision is Response 1",
        "SECOND | <think>[[A>B]]</think>[[B>A]]",
      })
  void aDecisionInAProtocolsOwnWords(Choice choice, String text) {
    assertThat(read(GRADES, text)).isEqualTo(Ruling.of(choice));
  }

  @Test
  void theUsualWordsAreNotReadBesideThem() {
    Protocol grades = Protocol.parse(GRADES, "grades.conf");
    assertThat(VerdictParser.parse(grades.decision(), "The final decision is Response 1"))
        .isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"Rating: 7/10, 7", "rating: 8.5 / 10, 8.5", "Rating: 3/10. No: Rating: 10/10, 10"})
  void aRatingInAProtocolsOwnWords(String text, double rating) {
    assertThat(read(TENTHS, text)).isEqualTo(Ruling.ofRating(rating));
  }

  @ParameterizedTest
  @CsvSource({"Rating: 11/10", "Rating: 0/10", "Rating: [[7]]"})
  void whatIsNoRatingFrom1To10IsNone(String text) {
    Protocol tenths = Protocol.parse(TENTHS, "tenths.conf");
    assertThat(VerdictParser.parse(tenths.decision(), text)).isEmpty();
  }

  @Test
  void whatSlowsOthersDownTakesLinearTimeHere() {
    String protocol = TENTHS.replaceAll("reading.*", "") + "reading.rating = \"(?:(?:x+)+)+y(1)\"";
    Protocol slow = Protocol.parse(protocol, "slow.conf");
    assertTimeoutPreemptively(
        Duration.ofSeconds(20),
        () -> assertThat(VerdictParser.parse(slow.decision(), "x".repeat(100_000))).isEmpty());
  }

  @Test
  void theyArePartOfTheProtocolsIdentityAndGoToTheExecutors() throws Exception {
    Protocol grades = Protocol.parse(GRADES, "grades.conf");
    Protocol usual = Protocol.parse(GRADES.replaceAll("(?s)reading.*", ""), "usual.conf");
    assertThat(grades.identity()).startsWith(usual.identity()).isNotEqualTo(usual.identity());
    assertThat(Protocol.parse(grades.toHocon(), "again")).isEqualTo(grades);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(grades);
    }
    Protocol there = (Protocol) object(bytes.toByteArray());
    assertThat(VerdictParser.parse(there.decision(), "[[B>A]]")).contains(Ruling.of(Choice.SECOND));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "reading.first = x | it takes first, second, tie",
        "reading { first = x, second = y, draw = z } | reading has draw, first, second",
        "reading { first = \"(\", second = y } | p.conf: reading.first ( is no regular expression",
        "reading { first = \"(a)\\\\1\", second = y } | no back-references",
        "reading { first = \"x*\", second = y } | matches where nothing stands",
        "reading.rating = \"\\\\d\" | it takes first, second",
      })
  void aWrongReadingIsOneClearLine(String reading, String message) {
    String protocol = GRADES.replaceAll("(?s)reading.*", "") + reading;
    assertThatThrownBy(() -> Protocol.parse(protocol, "p.conf"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @Test
  void aRatingNeedsItsNumberInBrackets() {
    String protocol = TENTHS.replaceAll("reading.*", "") + "reading.rating = \"\\\\d+\"";
    assertThatThrownBy(() -> Protocol.parse(protocol, "p.conf"))
        .hasMessageContaining("0 groups in brackets: it needs one");
  }

  private static Ruling read(String protocol, String text) {
    return VerdictParser.parse(Protocol.parse(protocol, "p.conf").decision(), text).orElseThrow();
  }

  private static Object object(byte[] bytes) throws IOException, ClassNotFoundException {
    try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
      return in.readObject();
    }
  }
}
