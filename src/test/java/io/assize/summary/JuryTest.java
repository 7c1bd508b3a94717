package io.assize.summary;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import io.assize.verdict.Decision;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Judges' verdicts put together, how far judges agree, and what they lean to. */
class JuryTest {
  private static final String VERDICTS =
      "judge STRING, protocol STRING, sample_id STRING, `order` STRING, decision STRING,"
          + " probability_a DOUBLE, rating DOUBLE, status STRING";
  private static final String CORPUS =
      "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
          + " response_b STRING, scenario STRING, label STRING";
  private static final String[] DECISIONS = {"a", "b", "tie"};

  @TempDir private Path dir;

  @Test
  void theMajorityIsTheChoiceOfMostVotesAndATieWhereSeveralHaveThem() {
    assertThat(majority(Decision.A, Decision.A, Decision.B)).isEqualTo(Decision.A);
    assertThat(majority(Decision.TIE, Decision.B, Decision.TIE)).isEqualTo(Decision.TIE);
    assertThat(majority(Decision.A, Decision.B)).isEqualTo(Decision.TIE);
    assertThat(majority(Decision.B, Decision.TIE)).isEqualTo(Decision.TIE);
    assertThat(majority(Decision.INVALID, Decision.B)).isEqualTo(Decision.B);
    assertThat(majority(Decision.INVALID, Decision.INVALID)).isEqualTo(Decision.INVALID);
    assertThat(ballot(Decision.A, Decision.B).split()).isTrue();
    assertThat(ballot(Decision.A, Decision.TIE, Decision.A).split()).isFalse();
  }

  @Test
  void aMeanIsOfProbabilitiesWhereAJudgeGivesThemAndElseOfItsDecision() {
    Ballot ballot = new Ballot();
    ballot.add(Decision.A, 0.8, 1);
    ballot.add(Decision.B, null, 1);
    ballot.add(Decision.TIE, null, 1);
    ballot.add(Decision.INVALID, 0.9, 1);
    assertThat(ballot.mean()).isCloseTo(1.3 / 3, within(1e-9));
    assertThat(ballot.byMean()).isEqualTo(Decision.B);
  }

  @Test
  void aJurySitsWhereTwoJudgesWereAskedAndInTheOrdersThatOneOfThemSaw() {
    List<Row> found =
        jury(
            List.of(Jury.Rule.MAJORITY, Jury.Rule.MEAN),
            LocalSpark.table(
                VERDICTS,
                row("j1", "p", "1", "ab", "a", 0.9, null, "ok"),
                row("j1", "p", "1", "ba", "b", 0.4, null, "ok"),
                row("j2", "p", "1", "ab", "b", null, null, "ok"),
                row("j2", "p", "1", "ba", "b", null, null, "ok"),
                // Saw one order only, so it votes in both.
                row("j3", "q", "1", "ab", "a", 0.6, null, "ok"),
                row("j1", "p", "2", "ab", "a", null, null, "ok"),
                row("j1", "p", "3", "ab", "invalid", null, null, "too_long"),
                row("j2", "p", "3", "ab", "invalid", null, null, "unparsable")),
            corpus(row("1", null), row("2", null), row("3", null)));
    assertThat(texts(found, "sample_id", "order", "judge", "decision", "probability_a", "status"))
        .containsExactlyInAnyOrder(
            "1,ab,jury:majority,a,null,ok",
            "1,ba,jury:majority,b,null,ok",
            "1,ab,jury:mean,tie,0.5,ok",
            "1,ba,jury:mean,b,0.333333333,ok",
            "3,ab,jury:majority,invalid,null,too_long",
            "3,ab,jury:mean,invalid,null,too_long");
  }

  @Test
  void ratingsBecomeTheirMedianAndTheirMean() {
    List<Row> found =
        jury(
            Arrays.asList(Jury.Rule.values()),
            LocalSpark.table(
                VERDICTS,
                row("j1", "p", "1", "single", null, null, 2.0, "ok"),
                row("j2", "p", "1", "single", null, null, 9.0, "ok"),
                row("j3", "p", "1", "single", null, null, 4.0, "ok"),
                row("j4", "p", "1", "single", "invalid", null, null, "unparsable")),
            corpus(row("1", null)));
    assertThat(texts(found, "order", "judge", "decision", "rating"))
        .containsExactlyInAnyOrder("single,jury:majority,null,4.0", "single,jury:mean,null,5.0");
  }

  @Test
  void weightsAreOfVotesOnOtherPromptsAlone() {
    List<Object[]> verdicts = new ArrayList<>();
    List<Object[]> rows = new ArrayList<>();
    // Ten prompts: j1 is right on all but the last, j2 and j3 are wrong on all but the last.
    for (int i = 0; i < 10; i++) {
      boolean last = i == 9;
      rows.add(row("r" + i, "a"));
      verdicts.add(row("j1", "p", "r" + i, "ab", last ? "b" : "a", null, null, "ok"));
      verdicts.add(row("j2", "p", "r" + i, "ab", last ? "a" : "b", null, null, "ok"));
      verdicts.add(row("j3", "p", "r" + i, "ab", last ? "a" : "b", null, null, "ok"));
    }
    List<Row> found =
        jury(
            List.of(Jury.Rule.MAJORITY, Jury.Rule.WEIGHTED),
            LocalSpark.table(VERDICTS, verdicts.toArray(new Object[0][])),
            corpus(rows.toArray(new Object[0][])));
    assertThat(texts(found, "sample_id", "judge", "decision"))
        .contains("r0,jury:majority,b", "r0,jury:weighted,a")
        // Its own label would have said otherwise, and does not count.
        .contains("r9,jury:majority,a", "r9,jury:weighted,b");
  }

  @Test
  void aWeightIsTheLogOddsOfBeingRightAgainstChance() {
    JurorWeights weights = new JurorWeights();
    Jury.Juror good = new Jury.Juror("good", "p");
    Jury.Juror poor = new Jury.Juror("poor", "p");
    Jury.Juror unknown = new Jury.Juror("unknown", "p");
    weights.add(good, 16, 18);
    weights.add(poor, 3, 18);
    assertThat(weights.of(List.of(good, poor, unknown)))
        .containsExactly(new double[] {Math.log(2 * 17.0 / 4), 0, 0}, within(1e-12));
    assertThat(weights.of(List.of(poor, unknown))).containsExactly(1, 1);
  }

  /** What the packages krippendorff and scikit-learn say: see scripts/golden/make_agreement.py. */
  @Test
  void judgesAgreeAsOtherPackagesSay() throws IOException {
    JsonNode golden =
        new ObjectMapper().readTree(JuryTest.class.getResourceAsStream("/golden/agreement.json"));
    JsonNode alpha = golden.get("alpha").get(3);
    Row all = agreement("alpha", alpha.get("values")).get(0);
    assertThat(all.<String>getAs("judge")).isEqualTo("all");
    assertThat(all.<Long>getAs("judges")).isEqualTo(3);
    assertThat(all.<Double>getAs("alpha")).isCloseTo(alpha.get("alpha").asDouble(), within(1e-9));
    assertThat(all.<Double>getAs("alpha_low")).isCloseTo(alpha.get("low").asDouble(), within(0.03));
    assertThat(all.<Double>getAs("alpha_high"))
        .isCloseTo(alpha.get("high").asDouble(), within(0.03));
    JsonNode kappa = golden.get("kappa").get(1);
    Row two =
        agreement(
                "kappa",
                new ObjectMapper().createArrayNode().add(kappa.get("a")).add(kappa.get("b")))
            .get(1);
    assertThat(two.<String>getAs("judge")).isEqualTo("j0");
    assertThat(two.<String>getAs("other")).isEqualTo("j1");
    assertThat(two.<Double>getAs("kappa")).isCloseTo(kappa.get("kappa").asDouble(), within(1e-12));
  }

  @Test
  void aJudgeLeansToWhatItIsShownFirstToLengthAndToItsOwn() {
    String longer = "one two three four";
    Dataset<Row> verdicts =
        LocalSpark.table(
            VERDICTS,
            row("j", "p", "1", "ab", "a", null, null, "ok"),
            row("j", "p", "1", "ba", "b", null, null, "ok"),
            row("j", "p", "2", "ab", "a", null, null, "ok"),
            row("j", "p", "2", "ba", "a", null, null, "ok"),
            row("k", "p", "1", "ab", "b", null, null, "ok"),
            row("k", "p", "2", "ab", "b", null, null, "ok"));
    Dataset<Row> corpus =
        LocalSpark.table(
            CORPUS,
            row("1", "q1", "own", "other", longer, "one", "s", "b"),
            row("2", "q2", "own", "other", longer, "one", "s", null));
    TableStore tables =
        written(
            "lean",
            new JudgeLeanTable(),
            verdicts,
            corpus,
            SummaryOptions.DEFAULT.withFamilies(Map.of("j", List.of("own", "another"))));
    assertThat(
            texts(
                tables
                    .read(SummaryTables.JUDGE_LEAN)
                    .filter("judge = 'j' AND scenario = 'all'")
                    .collectAsList(),
                "lean_to",
                "n",
                "share",
                "lean",
                "people",
                "others"))
        .containsExactly(
            "first,4,0.75,0.25,null,null",
            "longer,2,0.75,0.25,0.0,null",
            "own_family,2,0.75,0.25,0.0,0.0");
  }

  private List<Row> agreement(String name, JsonNode raters) {
    List<Object[]> verdicts = new ArrayList<>();
    List<Object[]> rows = new ArrayList<>();
    for (int unit = 0; unit < raters.get(0).size(); unit++) {
      rows.add(row("r" + unit, null));
      for (int rater = 0; rater < raters.size(); rater++) {
        JsonNode value = raters.get(rater).get(unit);
        String decision = value.isNull() ? "invalid" : DECISIONS[value.asInt()];
        verdicts.add(row("j" + rater, "p", "r" + unit, "ab", decision, null, null, "ok"));
      }
    }
    return written(
            name,
            new JuryAgreementTable(),
            LocalSpark.table(VERDICTS, verdicts.toArray(new Object[0][])),
            corpus(rows.toArray(new Object[0][])),
            SummaryOptions.DEFAULT)
        .read(SummaryTables.JURY_AGREEMENT)
        .filter("scenario = 'all'")
        .collectAsList();
  }

  private TableStore written(
      String name,
      SummaryTable table,
      Dataset<Row> verdicts,
      Dataset<Row> corpus,
      SummaryOptions options) {
    TableStore tables = new TableStore(LocalSpark.session(), dir.resolve(name).toString());
    new SummaryTables(verdicts, corpus, Map.of(), options, Map.of(), line -> {})
        .of(List.of(table))
        .writeTo(tables);
    return tables;
  }

  private static List<Row> jury(List<Jury.Rule> rules, Dataset<Row> verdicts, Dataset<Row> corpus) {
    return Jury.verdicts(verdicts, corpus, rules).collectAsList();
  }

  /** Rows of an id and a label, each of a prompt of its own. */
  private static Dataset<Row> corpus(Object[]... rows) {
    return LocalSpark.table(
        CORPUS,
        Arrays.stream(rows)
            .map(of -> row(of[0], "prompt " + of[0], "x", "y", "one", "two", "s", of[1]))
            .toArray(Object[][]::new));
  }

  private static List<String> texts(List<Row> rows, String... columns) {
    return rows.stream()
        .map(
            row ->
                String.join(
                    ",",
                    Arrays.stream(columns).map(c -> String.valueOf(row.<Object>getAs(c))).toList()))
        .toList();
  }

  private static Decision majority(Decision... votes) {
    return ballot(votes).majority();
  }

  private static Ballot ballot(Decision... votes) {
    Ballot ballot = new Ballot();
    for (Decision vote : votes) {
      ballot.add(vote, null, 1);
    }
    return ballot;
  }
}
