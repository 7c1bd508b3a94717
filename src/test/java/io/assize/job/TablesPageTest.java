package io.assize.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.store.VerdictTable;
import io.assize.summary.SummaryTables;
import io.assize.table.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;

/**
 * docs/tables.md says what the tables are. With {@code -Dassize.write.docs=true} its made parts are
 * written anew.
 */
class TablesPageTest {
  private static final Path PAGE = Path.of("docs", "tables.md");
  private static final String END = "<!-- end -->\n";

  @Test
  void thePageHasEveryTableAndColumn() throws IOException {
    String page = Files.readString(PAGE);
    String made = with(with(page, "tables", tables()), "columns", columns());
    if (Boolean.getBoolean("assize.write.docs")) {
      Files.writeString(PAGE, made);
    } else {
      assertThat(page)
          .as("write the page anew with -Dtest=TablesPageTest -Dassize.write.docs=true")
          .isEqualTo(made);
    }
  }

  @Test
  void aTableIsOneDefinitionOfNameTypeValueAndMeaning() {
    Table<String> letters =
        Table.<String>of("letters", "a word")
            .text("word", word -> word, "the word")
            .integer("length", String::length, "its letters")
            .number("share", word -> 1.0 / word.length(), "of a letter")
            .counts("codes", word -> word.chars().asLongStream().boxed().toList(), "of letters");
    assertThat(letters.schema().simpleString())
        .isEqualTo("struct<word:string,length:int,share:double,codes:array<bigint>>");
    Row row = letters.row("ab");
    assertThat(row.toSeq().size()).isEqualTo(4);
    assertThat(row.get(2)).isEqualTo(0.5);
    assertThat((Object[]) row.get(3)).containsExactly(97L, 98L);
    // A share of nothing is none.
    assertThat(letters.row("").isNullAt(2)).isTrue();
    assertThat(letters.values("ab")).containsEntry("codes", List.of(97L, 98L));
    assertThat(letters.markdown()).contains("| `codes` | array of bigint | of letters |");
  }

  @Test
  void everySummaryTableHasAnotherName() {
    assertThat(OutputTables.all().stream().map(Table::name)).doesNotHaveDuplicates();
    assertThat(SummaryTables.ALL).hasSize(16);
    assertThat(VerdictTable.TABLE.columns()).doesNotHaveDuplicates();
  }

  private static String tables() {
    StringBuilder text = new StringBuilder("| table | one row |\n|---|---|\n");
    OutputTables.all()
        .forEach(
            table ->
                text.append("| `")
                    .append(table.name())
                    .append("` | ")
                    .append(table.oneRow())
                    .append(" |\n"));
    return text.toString();
  }

  private static String columns() {
    StringBuilder text = new StringBuilder();
    for (Table<?> table : OutputTables.all()) {
      if (!table.fields().isEmpty()) {
        text.append("### Columns of `").append(table.name()).append("`\n\n");
        text.append(table.markdown()).append('\n');
      }
    }
    return text.toString();
  }

  /** The page with a part of it exchanged. */
  private static String with(String page, String part, String made) {
    String begin = "<!-- made: " + part + " -->\n";
    int from = page.indexOf(begin) + begin.length();
    int to = page.indexOf(END, from);
    assertThat(page).contains(begin);
    return page.substring(0, from) + made + page.substring(to);
  }
}
