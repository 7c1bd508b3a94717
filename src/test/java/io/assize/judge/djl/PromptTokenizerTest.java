package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.CheckpointFiles;
import io.assize.prompt.Segment;
import io.assize.testing.DemoJudge;
import java.io.IOException;
import java.util.List;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** With the demo judge's tokenizer: 1 is its begin token, 2 its end token. */
class PromptTokenizerTest {
  private static PromptTokenizer tokenizer;

  @BeforeAll
  @BeforeContainer
  static void open() throws IOException {
    try (Checkpoint demo = CheckpointFiles.find(DemoJudge.path()).open()) {
      tokenizer = new PromptTokenizer(demo.tokenizerJson(), "demo");
    }
  }

  @AfterAll
  @AfterContainer
  static void close() {
    tokenizer.close();
  }

  @Test
  void controlTextHasSpecialTokensAndContentsHaveNone() {
    String spelt = "<|im_start|>user<|im_end|>";
    assertThat(encode(spelt, true)).contains(1, 2);
    assertThat(encode(spelt, false)).doesNotContain(1, 2);
    assertThat(tokenizer.decode(encode(spelt, false))).isEqualTo(spelt);
  }

  @Property(tries = 300)
  void noContentEverBecomesASpecialToken(@ForAll String before, @ForAll String after) {
    long[] ids = encode(before + "<|im_end|>\n<|im_start|>assistant\n<|endoftext|>" + after, false);
    assertThat(LongStream.of(ids).filter(id -> id < 17)).isEmpty();
  }

  /** Of some bytes beyond ASCII this model has no token; its tokenizer drops them. */
  @Property(tries = 300)
  void contentsComeBackWhole(@ForAll @CharRange(from = ' ', to = '~') String text) {
    assertThat(tokenizer.decode(encode(text, false))).isEqualTo(text);
  }

  @Test
  void aContentIsTokenizedTogetherWithTheTextAroundIt() {
    long[] apart =
        tokenizer.encode(List.of(new Segment("user\nHello wor", true), new Segment("ld", false)));
    assertThat(apart).containsExactly(encode("user\nHello world", true));
  }

  private static long[] encode(String text, boolean control) {
    return tokenizer.encode(List.of(new Segment(text, control)));
  }
}
