package io.assize.prompt.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Python's formatting by per cent; the right sides are what Jinja2 3.1.6 gives. */
class PercentFormatTest {
  private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'12' % u | 12",
        "'%s' % u | ``",
        "'12' % [] | 12",
        "'12' % {} | 12",
        "'12' % () | 12",
        "'12' % range(2) | 12",
        "'%05d' % 7 | 00007",
      })
  void whatIsFormattedIsJinja2s(String expression, String text) {
    assertThat(rendered(expression)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'%d' % u | 'u' is undefined",
        "'%(a)s' % u | 'u' is undefined",
        "'%d' % (u,) | 'u' is undefined",
        "'%x' % u | %x format: an integer is required, not Undefined",
        "'%s %s' % u | not enough arguments for format string",
        "'12' % u.x | 'u' is undefined",
        "'12' % none | not all arguments converted during string formatting",
        "'12' % 3 | not all arguments converted during string formatting",
        "'12' % 'x' | not all arguments converted during string formatting",
        "'12' % (1,) | not all arguments converted during string formatting",
        "'12' % namespace() | not all arguments converted during string formatting",
      })
  void whatIsRefusedIsRefusedAsJinja2Does(String expression, String message) {
    assertThatThrownBy(() -> rendered(expression)).hasMessageContaining(message);
  }

  private static String rendered(String expression) {
    return Template.parse("{{ " + expression + " }}")
        .render(Map.of(), Limits.DEFAULT, CLOCK)
        .toString();
  }
}
