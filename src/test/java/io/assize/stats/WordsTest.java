package io.assize.stats;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WordsTest {
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "我们都喜欢喝茶。, 4, 5",
    "私は毎日学校に行きます。, 6, 9",
    "ฉันรักประเทศไทย, 3, 4",
    "ខ្ញុំស្រឡាញ់ភាសាខ្មែរ, 3, 5",
    "ຂ້ອຍຮັກປະເທດລາວ, 3, 5",
    "မြန်မာစာကို ချစ်တယ်, 3, 7",
    "简短。, 1, 1",
    "使用Java语言 ok, 4, 4",
    "。, 1, 1",
    "한국어는 띄어 쓴다, 3, 3",
    "don't count: e-mail 3.5 — twice, 6, 6"
  })
  void aTextHasAsManyWordsAsAReaderCounts(String text, int least, int most) {
    assertThat(LengthBaseline.words(text)).isBetween(least, most);
    assertThat(Style.of(text).words()).isEqualTo(LengthBaseline.words(text));
  }

  @Test
  void twiceTheTextIsTwiceTheWords() {
    String one = "这是一个非常详细而且很长的回答，包含许多有用的信息和具体的例子。";
    int words = LengthBaseline.words(one);
    assertThat(words).isBetween(12, 25);
    assertThat(LengthBaseline.words(one.repeat(8))).isEqualTo(8 * words);
    assertThat(LengthBaseline.words(null)).isZero();
    assertThat(LengthBaseline.words(" \n\u00a0\u3000")).isZero();
  }

  @Property
  void whereThereAreBlanksARunOfCharactersIsAWord(@ForAll("latin") String text) {
    String stripped = text.replaceAll("[\\s\\p{Z}]+", " ").strip();
    int runs = stripped.isEmpty() ? 0 : stripped.split(" ").length;
    assertThat(LengthBaseline.words(text)).isEqualTo(runs);
  }

  @Provide
  Arbitrary<String> latin() {
    return Arbitraries.strings()
        .withCharRange('!', '\u0dff')
        .withChars(" \t\n\u00a0")
        .ofMaxLength(60)
        .filter(text -> text.chars().noneMatch(c -> c >= 0x7f && c < 0xa0));
  }

  @Test
  void markdownInsideCodeFencesIsNoStyle() {
    String code = "```python\n# a comment\n- x\n**kwargs**\n```\n";
    assertThat(Style.of(code).headers()).isZero();
    assertThat(Style.of(code).items()).isZero();
    assertThat(Style.of(code).bold()).isZero();
    assertThat(Style.of(code).words()).isEqualTo(8);
    assertThat(markdown("# one\n" + code + "# two\n- three **four**\n")).containsExactly(2, 1, 1);
    // Not closed by a shorter fence, another's, or one that goes on; to the end where it is open.
    assertThat(markdown("~~~~\n# a\n~~~\n````\n~~~~ b\n# c\n~~~~\n# d")).containsExactly(1, 0, 0);
    assertThat(markdown("# a\n   ```\n# b\n- c")).containsExactly(1, 0, 0);
    // Code within a text, too few marks, and too deep an indent open nothing.
    assertThat(markdown("```x``` y\n# a")).containsExactly(1, 0, 0);
    assertThat(markdown("``\n# a\n    ```\n# b\n")).containsExactly(2, 0, 0);
  }

  private static int[] markdown(String text) {
    Style style = Style.of(text);
    return new int[] {style.headers(), style.items(), style.bold()};
  }
}
