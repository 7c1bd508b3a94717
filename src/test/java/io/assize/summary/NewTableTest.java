package io.assize.summary;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.assize.table.Table;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new table is one class, sums of its own in it, and one line in the list of tables. */
class NewTableTest {
  @Test
  void aNewTableIsOneClassAndOneLine(@TempDir Path dir) {
    List<SummaryTable> tables = new ArrayList<>(SummaryTables.ALL);
    tables.add(new Draws());

    new SummaryTables(
            LocalSpark.table(
                "judge STRING, protocol STRING, sample_id STRING, `order` STRING, decision STRING,"
                    + " probability_a DOUBLE, rating DOUBLE, status STRING",
                row("j", "p", "1", "ab", "tie", null, null, "ok"),
                row("j", "p", "2", "ab", "tie", null, null, "ok"),
                row("j", "p", "3", "ab", "a", null, null, "ok")),
            LocalSpark.table(
                "sample_id STRING, prompt STRING, model_a STRING, model_b STRING,"
                    + " response_a STRING, response_b STRING, scenario STRING, label STRING",
                row("1", "q1", "x", "y", "one", "two", "math", null),
                row("2", "q2", "x", "y", "one", "two", "code", null),
                row("3", "q3", "x", "y", "one", "two", "code", null)),
            Map.of(),
            SummaryOptions.DEFAULT,
            Map.of(),
            line -> {})
        .of(tables)
        .writeTo(new TableStore(LocalSpark.session(), dir.toString()));

    TableStore written = new TableStore(LocalSpark.session(), dir.toString());
    assertThat(written.read("draws").collectAsList())
        .containsExactly(
            RowFactory.create("j", "code", 1L, 2L),
            RowFactory.create("j", "math", 1L, 1L),
            RowFactory.create("j", "all", 2L, 3L));
    assertThat(dir.resolve("draws.csv")).content().startsWith("judge,scenario,draws,games\n");
    assertThat(written.has(SummaryTables.WIN_RATES)).isTrue();
  }

  /** How many games of a level nobody won. */
  private static final class Draws implements LevelTable<Level> {
    private static final long serialVersionUID = 1;

    private static final Table<Level> TABLE =
        Levels.columns(Table.<Level>of("draws", "judge × scenario"), level -> level)
            .count("draws", level -> level.of(Count.class).draws, "games at ½")
            .count("games", level -> level.of(Count.class).games, "games");

    /** Its sums. */
    private static final class Count implements Sums<Count> {
      private static final long serialVersionUID = 1;

      private long draws;
      private long games;

      @Override
      public Count empty() {
        return new Count();
      }

      @Override
      public void add(Game game) {
        games += game.scored() ? 1 : 0;
        draws += game.score() == 0.5 ? 1 : 0;
      }

      @Override
      public void plus(Count other) {
        draws += other.draws;
        games += other.games;
      }
    }

    @Override
    public Table<Level> table() {
      return TABLE;
    }

    @Override
    public Collection<? extends Sums<?>> sums() {
      return List.of(new Count());
    }

    @Override
    public Stream<Level> rows(Level level, Fits fits) {
      return Stream.of(level);
    }
  }
}
