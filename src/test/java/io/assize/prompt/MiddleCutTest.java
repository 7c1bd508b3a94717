package io.assize.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;

class MiddleCutTest {
  @Test
  void theLongestGoesFirstAndKeepsItsEnds() {
    List<String> kept = MiddleCut.keep(List.of("short", "a".repeat(50) + "b".repeat(50)), 0.5);
    assertThat(kept.get(0)).isEqualTo("short");
    assertThat(kept.get(1)).startsWith("aaa").endsWith("bbb").contains(MiddleCut.MARK);
    assertThat(kept.get(1).length()).isBetween(40, 48);
  }

  @Test
  void noSurrogatePairIsSplit() {
    String smiles = "🙂".repeat(100);
    for (int percent = 1; percent < 100; percent++) {
      String kept = MiddleCut.keep(List.of(smiles), percent / 100.0).get(0);
      assertThat(kept.replace("🙂", "").replace(MiddleCut.MARK, "")).isEmpty();
    }
  }

  @Property
  void whatIsKeptIsNoMoreThanWantedButForTheMark(
      @ForAll List<String> texts, @ForAll @DoubleRange(min = 0, max = 1) double share) {
    List<String> kept = MiddleCut.keep(texts, share);
    assertThat(kept).hasSameSizeAs(texts);
    long before = texts.stream().mapToLong(String::length).sum();
    long after = kept.stream().mapToLong(String::length).sum();
    assertThat(after)
        .isLessThanOrEqualTo(
            (long) (before * share) + (MiddleCut.MARK.length() + 1L) * texts.size());
    if (share == 1) {
      assertThat(kept).isEqualTo(texts);
    }
  }
}
