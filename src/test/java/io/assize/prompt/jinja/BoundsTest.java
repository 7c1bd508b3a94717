package io.assize.prompt.jinja;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A template may ask for anything; what it gets is bounded, and the refusal is one line. */
class BoundsTest {
  private static final String DEEP =
      "{% set ns = namespace(x=[]) %}{% for i in range(5000) %}{% set ns.x = [ns.x] %}{% endfor %}";

  static Stream<Arguments> greedyTemplates() {
    return Stream.of(
        Arguments.of(
            "four nested loops of 1,000",
            "{% for a in range(1000) %}{% for b in range(1000) %}{% for c in range(1000) %}"
                + "{% for d in range(1000) %}{% endfor %}{% endfor %}{% endfor %}{% endfor %}"),
        Arguments.of(
            "20,000 brackets", "{{ " + "(".repeat(20_000) + "1" + ")".repeat(20_000) + " }}"),
        Arguments.of("20,000 lists", "{{ " + "[".repeat(20_000) + "]".repeat(20_000) + " }}"),
        Arguments.of("20,000 open brackets", "{{ " + "(".repeat(20_000)),
        Arguments.of("20,000 maps", "{{ " + "{1:".repeat(20_000)),
        Arguments.of("20,000 subscripts", "{{ a" + "[0".repeat(20_000)),
        Arguments.of("20,000 calls", "{{ " + "f(".repeat(20_000)),
        Arguments.of("20,000 ifs", "{% if 1 %}".repeat(20_000) + "{% endif %}".repeat(20_000)),
        Arguments.of(
            "20,000 loops", "{% for a in b %}".repeat(20_000) + "{% endfor %}".repeat(20_000)),
        Arguments.of("20,000 times not", "{{ " + "not ".repeat(20_000) + "1 }}"),
        Arguments.of("20,000 signs", "{{ " + "- ".repeat(20_000) + "1 }}"),
        Arguments.of("20,000 conditions", "{{ " + "1 if 0 else ".repeat(20_000) + "1 }}"),
        Arguments.of("20,000 sums", "{{ 1" + " + 1".repeat(20_000) + " }}"),
        Arguments.of("20,000 ands", "{{ 1" + " and 1".repeat(20_000) + " }}"),
        Arguments.of("20,000 filters", "{{ 'a'" + "|upper".repeat(20_000) + " }}"),
        Arguments.of("20,000 attributes", "{{ messages" + ".a".repeat(20_000) + " }}"),
        Arguments.of("20,000 tests", "{{ 1" + " is odd".repeat(20_000) + " }}"),
        Arguments.of("20,000 targets", "{% set " + "(".repeat(20_000)),
        Arguments.of("a template of a million characters", "x".repeat(1_000_001)),
        Arguments.of(
            "doubling strings",
            "{% set ns = namespace(s='a') %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}"
                + "{% endfor %}{{ ns.s }}"),
        Arguments.of(
            "doubling lists",
            "{% set ns = namespace(s=[1]) %}{% for i in range(100) %}{% set ns.s = ns.s + ns.s %}"
                + "{% endfor %}"),
        Arguments.of(
            "doubling output",
            "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}aaaaaaaaaa{% endmacro"
                + " %}{{ m(60) }}"),
        Arguments.of("a long repetition", "{{ 'a' * 10**10 }}"),
        Arguments.of("a repetition as long as an int", "{{ 'ab' * 2147483647 }}"),
        Arguments.of("a long list", "{{ ([1] * 10**10)|length }}"),
        Arguments.of("a long range", "{{ range(10**12) }}"),
        Arguments.of("a large power", "{{ 10**(10**10) }}"),
        Arguments.of("powers of powers", "{{ ((9**999)**999)**999 }}"),
        Arguments.of("a large product", "{{ 10**1000 * 10**1000 }}"),
        Arguments.of("a large literal", "{{ " + "9".repeat(100_000) + " }}"),
        Arguments.of("a wide percent format", "{{ '%1000000000d' % 1 }}"),
        Arguments.of("a wide star format", "{{ '%*d' % (1000000000, 1) }}"),
        Arguments.of("a precise percent format", "{{ '%.1000000000f' % 1 }}"),
        Arguments.of("a wide brace format", "{{ '{:>1000000000}'.format(1) }}"),
        Arguments.of("a precise brace format", "{{ '{:.999999999f}'.format(1.0) }}"),
        Arguments.of("a wide centre", "{{ 'a'.center(10**9) }}"),
        Arguments.of("a wide filter", "{{ 'a'|center(10**9) }}"),
        Arguments.of("a wide fill of zeros", "{{ 'a'.zfill(10**9) }}"),
        Arguments.of("a wide indent", "{{ 'a\nb'|indent(10**9) }}"),
        Arguments.of("a wide JSON", "{{ [1]|tojson(indent=10**9) }}"),
        Arguments.of("replacing by much", "{{ ('a' * 10**6).replace('a', 'b' * 10**6) }}"),
        Arguments.of("replacing nothing by much", "{{ ('a' * 10**6)|replace('', 'b' * 10**6) }}"),
        Arguments.of("joining with much", "{{ (range(100000)|join('b' * 10**6)) }}"),
        Arguments.of("joining long ones", "{{ ('b' * 10**6).join('a' * 10**5) }}"),
        Arguments.of("filling batches", "{{ [1]|batch(10**9, 1)|list }}"),
        Arguments.of("many slices", "{{ [1]|slice(10**9)|list }}"),
        Arguments.of("a recursive macro", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
        Arguments.of(
            "macros that call each other",
            "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a()"
                + " }}"),
        Arguments.of(
            "a caller that calls itself",
            "{% macro m() %}{{ caller() }}{% endmacro %}"
                + "{% macro n() %}{% call m() %}{{ n() }}{% endcall %}{% endmacro %}{{ n() }}"),
        Arguments.of(
            "a loop that recurs for ever",
            "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}"),
        Arguments.of("printing a deep list", DEEP + "{{ ns.x }}"),
        Arguments.of("a deep list as JSON", DEEP + "{{ ns.x|tojson }}"),
        Arguments.of(
            "comparing deep lists", DEEP.replace("ns", "nt") + DEEP + "{{ ns.x == nt.x }}"),
        Arguments.of("ordering deep lists", DEEP.replace("ns", "nt") + DEEP + "{{ ns.x < nt.x }}"),
        Arguments.of("a deep key", DEEP.replace("[ns.x]", "(ns.x,)") + "{{ {ns.x: 1} }}"),
        Arguments.of(
            "generators behind generators",
            "{% set ns = namespace(x='a') %}{% for i in range(9000) %}"
                + "{% set ns.x = ns.x|map('upper') %}{% endfor %}{{ ns.x|list }}"),
        Arguments.of(
            "finding in much",
            "{% set a = 'a' * 10**6 %}{% for i in range(100000) %}{{ a.find('b') }}{% endfor %}"),
        Arguments.of(
            "comparing much",
            "{% set a = 'a' * 10**6 %}{% set b = 'a' * 10**6 %}"
                + "{% for i in range(100000) %}{% if a < b %}{% endif %}{% endfor %}"),
        Arguments.of(
            "counting overlaps", "{{ ('a' * 2000000).count('a' * 999999 + 'b') }}{{ 1/0 }}"),
        Arguments.of(
            "splitting much",
            "{% for i in range(1000) %}{{ ('a ' * 100000).split() }}{% endfor %}"),
        Arguments.of("a namespace in itself", "{% set n = namespace() %}{% set n.n = n %}{{ n }}"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("greedyTemplates")
  @Timeout(20)
  void aGreedyTemplateIsRefusedWithOneLine(String name, String template) {
    assertThatThrownBy(
            () -> Template.parse(template).render(Map.of("messages", List.of()), Limits.DEFAULT))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("template")
        .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(300))
        .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(2));
  }

  @Test
  void theRefusalNamesTheLine() {
    assertThatThrownBy(
            () ->
                Template.parse("a\nb\n{% for i in range(1000) %}\n{{ 'a' * 10**7 }}{% endfor %}")
                    .render(Map.of(), Limits.DEFAULT))
        .isInstanceOf(UserError.class)
        .hasMessageStartingWith("template, line 4: makes more than");
  }

  @Test
  void depthIsBoundedBeforeASmallStackIs() throws InterruptedException {
    Throwable[] thrown = new Throwable[1];
    Thread small =
        new Thread(
            null,
            () -> {
              try {
                Template.parse(
                        "{% macro m(a) %}{{ [(a ~ m(a))|upper|trim] }}{% endmacro %}{{ m(1) }}")
                    .render(Map.of(), Limits.DEFAULT);
              } catch (Throwable e) {
                thrown[0] = e;
              }
            },
            "small",
            512 * 1024);
    small.start();
    small.join();
    assertThat(thrown[0])
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nests deeper than " + Limits.DEFAULT.depth() + " levels");
  }

  @Test
  void contentsOfManyCharactersHaveTheirRoom() {
    String content = "word ".repeat(1_000_000);
    String rendered =
        Template.parse("{% for m in messages %}{{ '<' + m.content|trim + '>' }}{% endfor %}")
            .render(
                Map.of("messages", List.of(Map.of("content", content))),
                Limits.DEFAULT.with(content.length()))
            .toString();
    assertThat(rendered).isEqualTo("<" + content.strip() + ">");
  }
}
