package io.assize.summary;

import static io.assize.testing.LocalSpark.row;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rand;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.assize.stats.BradleyTerry;
import io.assize.stats.Draws;
import io.assize.store.CurrentVerdicts;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import io.assize.verdict.OutcomePolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What must hold of the tables whatever the verdicts are. */
@Tag("slow")
class SummaryTablesTest {
  private static final String VERDICTS =
      "judge STRING, protocol STRING, sample_id STRING, `order` STRING, decision STRING,"
          + " probability_a DOUBLE, rating DOUBLE";
  private static final String CORPUS =
      "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
          + " response_b STRING, scenario STRING, label STRING";
  private static final List<String> PAIR_TABLES =
      List.of(
          SummaryTables.WIN_RATES,
          SummaryTables.WIN_RATE_DIFFERENCES,
          SummaryTables.RATINGS,
          SummaryTables.RATING_DIFFERENCES,
          SummaryTables.AGREEMENT,
          SummaryTables.JUDGE_QUALITY,
          SummaryTables.CALIBRATION,
          SummaryTables.CORRECTED_WIN_RATES,
          SummaryTables.COEFFICIENTS,
          SummaryTables.CORRELATIONS);
  private static final Map<String, String> GROUPS =
      Map.of("s0", "g", "s1", "g", "s2", "h", "s3", "i");

  @TempDir private Path dir;

  /** Pairs of five models over four scenarios, prompts that recur, decisions and probabilities. */
  private record Board(List<Object[]> verdicts, List<Object[]> corpus) {
    static Board of(int pairs) {
      Draws draws = new Draws(11);
      List<Object[]> verdicts = new ArrayList<>();
      List<Object[]> corpus = new ArrayList<>();
      for (int i = 0; i < pairs; i++) {
        int a = draws.below(5);
        int b = (a + 1 + draws.below(4)) % 5;
        int prompt = draws.below(pairs / 3);
        double p = BradleyTerry.logistic(0.6 * (b - a) + 0.5 * draws.normal());
        String label = draws.below(3) > 0 ? null : draws.uniform() < p ? "a" : "b";
        corpus.add(
            row(
                "r" + i,
                "prompt " + prompt,
                "m" + a,
                "m" + b,
                "- item\n".repeat(draws.below(3)) + "word ".repeat(5 + draws.below(40)),
                "**bold** ".repeat(draws.below(4)) + "word ".repeat(5 + draws.below(40)),
                "s" + prompt % 4,
                label));
        for (String order : List.of("ab", "ba")) {
          double shown = Math.rint(100 * Math.min(1, p + (order.equals("ab") ? 0.05 : 0))) / 100;
          String decision = shown > 0.55 ? "a" : shown < 0.45 ? "b" : "tie";
          boolean soft = i % 2 == 0;
          verdicts.add(row("j", "pairwise", "r" + i, order, decision, soft ? shown : null, null));
        }
      }
      return new Board(verdicts, corpus);
    }

    Dataset<Row> verdictTable() {
      return LocalSpark.table(VERDICTS, verdicts.toArray(new Object[0][]));
    }

    Dataset<Row> corpusTable() {
      return LocalSpark.table(CORPUS, corpus.toArray(new Object[0][]));
    }

    /** The same corpus with a and b exchanged, and the orders with them. */
    Board exchanged() {
      List<Object[]> others = new ArrayList<>();
      for (Object[] v : verdicts) {
        Object decision = v[4].equals("a") ? "b" : v[4].equals("b") ? "a" : v[4];
        Object order = v[3].equals("ab") ? "ba" : "ab";
        Object probability = v[5] == null ? null : (Object) (1 - (Double) v[5]);
        others.add(row(v[0], v[1], v[2], order, decision, probability, null));
      }
      List<Object[]> pairs = new ArrayList<>();
      for (Object[] c : corpus) {
        Object label = c[7] == null ? null : c[7].equals("a") ? "b" : "a";
        pairs.add(row(c[0], c[1], c[3], c[2], c[5], c[4], c[6], label));
      }
      return new Board(others, pairs);
    }
  }

  private Path tables(String name, Dataset<Row> verdicts, Dataset<Row> corpus, SummaryOptions o) {
    Path out = dir.resolve(name);
    new SummaryTables(verdicts, corpus, GROUPS, o, Map.of("m0", 9.0, "m1", 5.0, "m2", 1.0), s -> {})
        .writeTo(new TableStore(LocalSpark.session(), out.toString()));
    return out;
  }

  private Path tables(String name, Board board) {
    return tables(name, board.verdictTable(), board.corpusTable(), SummaryOptions.DEFAULT);
  }

  @Test
  void neitherTheOrderOfRowsNorTheirPartitionsChangeAByte() throws IOException {
    Board board = Board.of(300);
    Path one = tables("one", board);
    Dataset<Row> verdicts = board.verdictTable().orderBy(rand(5)).repartition(7);
    Dataset<Row> corpus = board.corpusTable().orderBy(rand(6)).repartition(5);
    LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "11");
    Path other;
    try {
      other = tables("other", verdicts, corpus, SummaryOptions.DEFAULT);
    } finally {
      LocalSpark.session().conf().set("spark.sql.shuffle.partitions", "3");
    }
    for (String table : PAIR_TABLES) {
      assertThat(other.resolve(table + ".csv"))
          .hasSameTextualContentAs(one.resolve(table + ".csv"));
      assertThat(Files.readAllLines(one.resolve(table + ".csv"))).hasSizeGreaterThan(1);
    }
  }

  @Test
  void verdictsThatTheStoreHasTwiceCountOnce() throws IOException {
    Board board = Board.of(120);
    Path one = tables("once", board);
    Dataset<Row> verdicts =
        board
            .verdictTable()
            .withColumn("verdict_key", sha2(concat_ws("/", col("sample_id"), col("order")), 256))
            .withColumn("status", lit("ok"))
            .withColumn("judged_at", lit("2026-01-02 00:00:00").cast("timestamp"))
            .withColumn("run_id", lit("first"));
    Dataset<Row> earlier =
        verdicts
            .withColumn("judged_at", lit("2026-01-01 00:00:00").cast("timestamp"))
            .withColumn("run_id", lit("other"))
            .withColumn("decision", lit("tie"))
            .withColumn("probability_a", lit(0.5));
    Dataset<Row> doubled = verdicts.union(earlier).union(verdicts);
    Path other =
        tables(
            "doubled",
            CurrentVerdicts.latest(doubled),
            board.corpusTable(),
            SummaryOptions.DEFAULT);
    for (String table : PAIR_TABLES) {
      assertThat(other.resolve(table + ".csv"))
          .hasSameTextualContentAs(one.resolve(table + ".csv"));
    }
  }

  @Test
  void exchangingAAndBMirrorsEveryTable() {
    Board board = Board.of(200);
    Path one = tables("as it is", board);
    Path other = tables("exchanged", board.exchanged());
    for (String table : PAIR_TABLES) {
      List<Row> mine = read(one, table);
      List<Row> theirs = read(other, table);
      assertThat(theirs).hasSameSizeAs(mine);
      for (int i = 0; i < mine.size(); i++) {
        assertSame(table, mine.get(i), theirs.get(i));
      }
    }
    // And within a table: what one side wins, the other loses.
    Map<String, Row> rates = new TreeMap<>();
    read(one, SummaryTables.WIN_RATES)
        .forEach(
            r ->
                rates.put(
                    r.<String>getAs("scenario")
                        + r.<String>getAs("model")
                        + r.<String>getAs("opponent"),
                    r));
    for (Row r : rates.values()) {
      if (!r.<String>getAs("opponent").equals(Levels.ALL)) {
        Row back =
            rates.get(
                r.<String>getAs("scenario")
                    + r.<String>getAs("opponent")
                    + r.<String>getAs("model"));
        assertThat(r.<Double>getAs("win_rate"))
            .isCloseTo(1 - back.<Double>getAs("win_rate"), within(1e-12));
        assertThat(r.<Long>getAs("wins")).isEqualTo(back.<Long>getAs("losses"));
        if (!r.isNullAt(10)) {
          assertThat(r.<Double>getAs("ci_low"))
              .isCloseTo(1 - back.<Double>getAs("ci_high"), within(1e-9));
        }
      }
    }
  }

  @Test
  void oneMoreVerdictChangesOnlyItsOwnScenarioAndWhatIsAboveIt() {
    Board board = Board.of(200);
    Path before = tables("before", board);
    List<Object[]> verdicts = new ArrayList<>(board.verdicts());
    List<Object[]> corpus = new ArrayList<>(board.corpus());
    corpus.add(row("new", "new prompt", "m0", "m1", "x", "y", "s2", null));
    verdicts.add(row("j", "pairwise", "new", "ab", "b", null, null));
    Path after = tables("after", new Board(verdicts, corpus));
    for (String table : List.of(SummaryTables.WIN_RATES, SummaryTables.WIN_RATE_DIFFERENCES)) {
      List<Row> mine = read(before, table);
      List<Row> theirs = read(after, table);
      assertThat(theirs).hasSameSizeAs(mine);
      int changed = 0;
      for (int i = 0; i < mine.size(); i++) {
        boolean same = mine.get(i).equals(theirs.get(i));
        changed += same ? 0 : 1;
        String level = mine.get(i).<String>getAs("scenario");
        String model = mine.get(i).<String>getAs("model");
        boolean may = List.of("s2", "group:h", "all").contains(level) && "m0 m1".contains(model);
        assertThat(same || may).as(mine.get(i) + " became " + theirs.get(i)).isTrue();
      }
      // Each level's two models, against each other and against all.
      assertThat(changed).isEqualTo(table.equals(SummaryTables.WIN_RATES) ? 3 * 4 : 0);
    }
  }

  @Test
  void policiesDecideWhatDisagreementIs() {
    Dataset<Row> corpus =
        LocalSpark.table(
            CORPUS,
            row("1", "p", "x", "y", "long answer here", "short", "s0", "a"),
            row("2", "q", "x", "y", "short", "long answer here", "s0", "tie"));
    Dataset<Row> verdicts =
        LocalSpark.table(
            VERDICTS,
            row("j", "p", "1", "ab", "a", 0.9, null),
            row("j", "p", "1", "ba", "a", 0.8, null),
            row("j", "p", "2", "ab", "a", 0.9, null),
            row("j", "p", "2", "ba", "b", 0.3, null));
    Map<OutcomePolicy, Double> rates = new TreeMap<>();
    Map<OutcomePolicy, Row> agreement = new TreeMap<>();
    for (OutcomePolicy policy : OutcomePolicy.values()) {
      SummaryOptions o =
          SummaryOptions.DEFAULT
              .withOutcomes(policy, policy)
              .withModels(null, "y")
              .withStyleControl(false)
              .withDraws(false, 100, 1);
      Path out = tables(policy.name(), verdicts, corpus, o);
      rates.put(policy, rate(out, "x").<Double>getAs("win_rate"));
      agreement.put(policy, read(out, SummaryTables.AGREEMENT).get(0));
    }
    assertThat(rates.get(OutcomePolicy.STRICT)).isEqualTo(0.75);
    assertThat(rates.get(OutcomePolicy.AVERAGE)).isCloseTo((0.85 + 0.6) / 2, within(1e-12));
    assertThat(rates.get(OutcomePolicy.DROP)).isCloseTo(0.85, within(1e-12));
    // Auto-J's rule: both orders must give the label, so a disagreement is no agreement on a tie.
    assertThat(agreement.get(OutcomePolicy.STRICT).<Double>getAs("agreement")).isEqualTo(0.5);
    assertThat(agreement.get(OutcomePolicy.AVERAGE).<Double>getAs("agreement")).isEqualTo(0.5);
    assertThat(agreement.get(OutcomePolicy.DROP).<Long>getAs("n")).isEqualTo(1);
  }

  /** Each judge has an odd board: there is nothing to divide by somewhere. */
  @Test
  void aFigureOfNothingIsNullInEveryTableAndFile() throws IOException {
    List<Object[]> corpus = new ArrayList<>();
    List<Object[]> verdicts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String label = i % 2 == 0 ? "a" : "b";
      corpus.add(row("all labelled " + i, "p" + i, "x", "y", "one", "one two", "s0", label));
      corpus.add(row("no label " + i, "p" + i, "x", i < 2 ? "y" : "z", "", "", "s0", null));
      for (String order : List.of("ab", "ba")) {
        verdicts.add(row("labelled", "p", "all labelled " + i, order, "a", 0.5 + 0.1 * i, null));
        verdicts.add(row("tied", "p", "no label " + i, order, "tie", null, null));
        verdicts.add(row("certain", "p", "all labelled " + i, order, label, 1.0, null));
        verdicts.add(row("failed", "p", "all labelled " + i, order, "invalid", null, null));
        verdicts.add(
            row("partly", "p", "no label " + i, order, i < 2 ? "invalid" : "b", null, null));
      }
    }
    verdicts.add(row("one row", "p", "all labelled 0", "ab", "a", null, null));
    verdicts.add(row("one soft row", "p", "no label 0", "ba", "b", 0.25, null));
    Board board = new Board(verdicts, corpus);
    Dataset<Row> setAside =
        LocalSpark.table(
            "sample_id STRING, model_a STRING, model_b STRING, scenario STRING, reason STRING",
            row("q1", "x", "z", "s0", "response_a is null"),
            row("q2", "x", null, "group:g", "model_b is null"),
            row("q3", "all", null, "s0", "model_b is null"));
    Path out = dir.resolve("odd");
    new SummaryTables(
            board.verdictTable(),
            board.corpusTable(),
            GROUPS,
            SummaryOptions.DEFAULT,
            Map.of("x", 1.0, "y", 1.0, "z", 1.0),
            s -> {})
        .without(setAside)
        .writeTo(new TableStore(LocalSpark.session(), out.toString()));

    List<String> tables = new ArrayList<>(PAIR_TABLES);
    tables.add(SummaryTables.SCORE_DISTRIBUTIONS);
    tables.add(SummaryTables.LEFT_OUT);
    for (String table : tables) {
      for (Row row : read(out, table)) {
        for (int i = 0; i < row.size(); i++) {
          if (row.get(i) instanceof Double value) {
            assertThat(value).as(table + ": " + row).isFinite();
          }
        }
      }
      assertThat(Files.readString(out.resolve(table + ".csv")))
          .doesNotContain("NaN")
          .doesNotContain("Infinity");
    }

    // What was left out stands by model, and beside the rate that it could have changed.
    assertThat(left(out, "partly"))
        .containsExactly(
            "all,x,invalid,2",
            "all,x,model_b is null,1",
            "all,x,response_a is null,1",
            "all,y,invalid,2",
            "all,z,response_a is null,1",
            "group:g,x,invalid,2",
            "group:g,x,response_a is null,1",
            "group:g,y,invalid,2",
            "group:g,z,response_a is null,1",
            "s0,x,invalid,2",
            "s0,x,response_a is null,1",
            "s0,y,invalid,2",
            "s0,z,response_a is null,1");
    assertThat(left(out, "failed")).contains("all,x,invalid,4", "all,y,invalid,4");
    assertThat(left(out, "tied")).doesNotContain("all,y,invalid,2");
    Map<String, Long> beside = new TreeMap<>();
    for (Row row : read(out, SummaryTables.WIN_RATES)) {
      if (row.<String>getAs("judge").equals("partly")
          && row.<String>getAs("scenario").equals("s0")) {
        beside.put(
            row.<String>getAs("model") + " " + row.<String>getAs("opponent"),
            row.getAs("left_out"));
      }
    }
    assertThat(beside).isEqualTo(Map.of("x z", 1L, "x all", 3L, "z x", 1L, "z all", 1L));
  }

  private static List<String> left(Path out, String judge) {
    return read(out, SummaryTables.LEFT_OUT).stream()
        .filter(row -> row.<String>getAs("judge").equals(judge))
        .map(row -> row.mkString(",").substring(judge.length() + 1))
        .sorted()
        .toList();
  }

  @Test
  void aTableThatCannotBeMadeLeavesNothingPersisted() {
    Board board = Board.of(30);
    UDF1<String, String> fails =
        decision -> {
          throw new IllegalStateException("no such decision");
        };
    Dataset<Row> broken =
        board
            .verdictTable()
            .withColumn("decision", udf(fails, DataTypes.StringType).apply(col("decision")));
    Set<Integer> before = LocalSpark.persisted();
    assertThatThrownBy(() -> tables("broken", broken, board.corpusTable(), SummaryOptions.DEFAULT))
        .hasStackTraceContaining("no such decision");
    assertThat(before).containsAll(LocalSpark.persisted());
  }

  @Test
  void modelsThatNoGameJoinsAreNamedAndNotRated() {
    Dataset<Row> corpus =
        LocalSpark.table(
            CORPUS,
            row("1", "p", "a1", "a2", "x", "y", "s0", null),
            row("2", "q", "b1", "b2", "x", "y", "s0", null));
    Dataset<Row> verdicts =
        LocalSpark.table(
            VERDICTS,
            row("j", "p", "1", "ab", "tie", null, null),
            row("j", "p", "2", "ab", "tie", null, null));
    List<Row> ratings =
        read(tables("apart", verdicts, corpus, SummaryOptions.DEFAULT), SummaryTables.RATINGS)
            .stream()
            .filter(r -> r.<String>getAs("scenario").equals(Levels.ALL))
            .toList();
    assertThat(ratings).hasSize(4).allMatch(r -> r.isNullAt(3));
    assertThat(ratings).allMatch(r -> r.<String>getAs("note").contains("2 parts"));
  }

  @Test
  void anAnchorHasAThousandAndTheBootstrapIsNearTheSandwich() {
    Board board = Board.of(300);
    SummaryOptions drawn =
        SummaryOptions.DEFAULT
            .withModels(null, "m2")
            .withStyleControl(false)
            .withDraws(true, 1000, 3);
    Path one = tables("anchored", board.verdictTable(), board.corpusTable(), drawn);
    SummaryOptions sandwich = drawn.withDraws(false, 1000, 3);
    Path other = tables("sandwich", board.verdictTable(), board.corpusTable(), sandwich);
    List<Row> ratings = read(one, SummaryTables.RATINGS);
    List<Row> others = read(other, SummaryTables.RATINGS);
    for (int i = 0; i < ratings.size(); i++) {
      Row r = ratings.get(i);
      Row s = others.get(i);
      assertThat(r.<Double>getAs("rating")).isEqualTo(s.<Double>getAs("rating"));
      if (r.<String>getAs("model").equals("m2")) {
        assertThat(r.<Double>getAs("rating")).isEqualTo(1000);
        assertThat(r.<Double>getAs("standard_error")).isZero();
      } else {
        assertThat(r.<Double>getAs("standard_error") / s.<Double>getAs("standard_error"))
            .isCloseTo(1, within(0.2));
      }
    }
  }

  private static void assertSame(String table, Row mine, Row theirs) {
    for (int k = 0; k < mine.size(); k++) {
      String name = mine.schema().fieldNames()[k];
      Object x = mine.get(k);
      Object y = theirs.get(k);
      if (name.equals("agreement_first_order")) {
        // It is of the order in which the corpus gives the responses, which is another now.
        continue;
      }
      if (x instanceof Double value && y != null) {
        assertThat((Double) y).as(table + " " + name).isCloseTo(value, within(1e-6));
      } else {
        assertThat(y).as(table + " " + name).isEqualTo(x);
      }
    }
  }

  private static Row rate(Path out, String model) {
    return read(out, SummaryTables.WIN_RATES).stream()
        .filter(
            r ->
                r.<String>getAs("scenario").equals(Levels.ALL)
                    && r.<String>getAs("model").equals(model))
        .findFirst()
        .orElseThrow();
  }

  private static List<Row> read(Path out, String table) {
    return new TableStore(LocalSpark.session(), out.toString())
        .read(table)
        .select(col("*"))
        .collectAsList();
  }
}
