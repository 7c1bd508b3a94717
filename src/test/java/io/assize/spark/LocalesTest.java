package io.assize.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The digits that Delta names its log's files with. */
class LocalesTest {
  private final Locale before = Locale.getDefault();

  @AfterEach
  void restore() {
    Locale.setDefault(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa", "bn", "mr", "ne", "my"})
  void aJvmWithDigitsOfItsOwnIsMadeSafe(String locale) {
    Locale.setDefault(Locale.forLanguageTag(locale));
    assertThat(Locales.asciiDigits()).isFalse();
    Locales.settleDigits();
    assertThat(Locales.asciiDigits()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"tr", "de", "ja"})
  void anotherLocaleStaysAsTheUserHasIt(String locale) {
    Locale.setDefault(Locale.forLanguageTag(locale));
    Locales.settleDigits();
    assertThat(Locale.getDefault()).isEqualTo(Locale.forLanguageTag(locale));
  }

  @Test
  void executorsAreMadeSafeUnlessTheUserChoseTheirLocale() {
    String key = "spark.executor.extraJavaOptions";
    SparkConf none = new SparkConf(false).set(key, "-Xss4m");
    Locales.settle(none);
    assertThat(none.get(key)).isEqualTo("-Xss4m -Duser.language=en -Duser.country=US");
    SparkConf chosen = new SparkConf(false).set(key, "-Duser.language=tr");
    Locales.settle(chosen);
    assertThat(chosen.get(key)).isEqualTo("-Duser.language=tr");
  }
}
