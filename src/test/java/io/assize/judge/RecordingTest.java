package io.assize.judge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.verdict.Choice;
import io.assize.verdict.Order;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class RecordingTest {
  @Test
  void aProbabilityByItselfDecidesForTheLikelierSide() {
    assertThat(Recording.of("{\"probability_a\": 0.7}", Order.AB).ruling())
        .isEqualTo(new Ruling(Choice.FIRST, 0.7, null));
    assertThat(Recording.of("{\"probability_a\": 0.75}", Order.BA).ruling())
        .isEqualTo(new Ruling(Choice.SECOND, 0.25, null));
    assertThat(Recording.of("{\"probability_a\": 0.5}", Order.AB).ruling().choice())
        .isEqualTo(Choice.TIE);
  }

  @Test
  void aTextGoesBeforeAProbability() {
    Recording recording = Recording.of("{\"output\": \"x\", \"probability_a\": 0.7}", Order.AB);
    assertThat(recording.output()).isEqualTo("x");
    assertThat(recording.ruling()).isNull();
  }

  @Test
  void whatIsNoProbabilityIsNamed() {
    for (String value : new String[] {"\"NaN\"", "2.0", "-1.0"}) {
      Recording recording = Recording.of("{\"probability_a\": " + value + "}", Order.AB);
      assertThatThrownBy(() -> recording.answer("row (ab)").join())
          .isInstanceOf(CompletionException.class)
          .hasMessageContaining("the recording for row (ab): the probability is");
    }
  }
}
