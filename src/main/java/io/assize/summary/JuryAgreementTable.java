package io.assize.summary;

import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import io.assize.store.Outcomes;
import io.assize.summary.Jury.Juror;
import io.assize.table.Table;
import io.assize.verdict.Decision;
import io.assize.verdict.OutcomePolicy;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * {@code jury_agreement}: how far judges agree with each other, all together and each two. A vote
 * is the outcome of a judge's orders by the policy of agreement; juries themselves are left out.
 */
final class JuryAgreementTable implements SummaryTable, Serializable {
  private static final long serialVersionUID = 1;

  static final Table<Agreement> TABLE = columns();

  /** Two judges, or all of them. */
  private record Raters(String judge, String other) implements Serializable {
    private static final Raters ALL = new Raters(Levels.ALL, Levels.ALL);
  }

  /**
   * A row.
   *
   * @param alpha with its interval
   */
  record Agreement(
      String level, String judge, String other, long judges, VoteSums votes, Interval alpha) {
    Double kappa() {
      return other.equals(Levels.ALL) ? null : (Double) votes.kappa();
    }
  }

  private static Table<Agreement> columns() {
    Table<Agreement> counts =
        Table.<Agreement>of(
                SummaryTables.JURY_AGREEMENT,
                "judge × scenario × other judge, or all of them: how far judges agree with each"
                    + " other")
            .text("judge", Agreement::judge, "a judge, or `all`")
            .text("scenario", Agreement::level, Levels.SCENARIO_MEANING)
            .text("other", Agreement::other, "another judge, or `all`")
            .count("judges", Agreement::judges, "how many")
            .count("n", row -> row.votes().rows(), "rows on which two of them have a vote")
            .count("votes", row -> row.votes().votes(), "on these rows")
            .count("split", row -> row.votes().split(), "rows on which no decision has most votes")
            .number(
                "agreement",
                row -> row.votes().agreement(),
                "the share of pairs of votes on a row that are alike")
            .number("kappa", Agreement::kappa, "Cohen's, of two judges");
    return Interval.columns(
        counts, "alpha", "alpha", Agreement::alpha, "Krippendorff's, of nominal data");
  }

  @Override
  public Table<Agreement> table() {
    return TABLE;
  }

  @Override
  public Dataset<Row> rows(Summary summary) {
    Column isJury = col("judge").startsWith(Jury.PREFIX);
    Map<Juror, String> names = names(summary.input().jurors().filter(not(isJury)));
    if (names.size() < 2) {
      return TABLE.rows(summary.spark(), List.of());
    }
    SummaryOptions options = summary.fits().value().options();
    Levels tree = summary.tree();
    JavaRDD<Row> rows =
        summary
            .input()
            .outcomes()
            .filter(not(isJury))
            .repartition(col("scenario"), col("prompt"))
            .sortWithinPartitions("scenario", "prompt", SAMPLE_ID, "judge", "protocol")
            .javaRDD()
            .mapPartitionsToPair(
                sorted -> new Count(names, options.agreementOutcomes()).of(sorted, tree))
            .reduceByKey(VoteSums::plus)
            .filter(counted -> counted._2().rows() > 0)
            .map(counted -> TABLE.row(row(counted, names.size(), options)));
    return summary
        .spark()
        .createDataFrame(rows, TABLE.schema())
        .repartition(1)
        .sortWithinPartitions(Levels.order("other"));
  }

  private static Agreement row(
      Tuple2<Tuple2<String, Raters>, VoteSums> counted, int judges, SummaryOptions options) {
    Raters raters = counted._1()._2();
    VoteSums votes = counted._2();
    return new Agreement(
        counted._1()._1(),
        raters.judge(),
        raters.other(),
        raters.equals(Raters.ALL) ? judges : 2,
        votes,
        votes.alpha(options.draws()));
  }

  /** Each judge's name, with its protocol where it was asked by several. */
  private static Map<Juror, String> names(Dataset<Row> judges) {
    List<Juror> jurors =
        judges.collectAsList().stream()
            .map(row -> new Juror(row.getString(0), row.getString(1)))
            .toList();
    Map<Juror, String> names = new TreeMap<>();
    for (Juror juror : jurors) {
      boolean several = jurors.stream().filter(j -> j.judge().equals(juror.judge())).count() > 1;
      names.put(
          juror,
          several
              ? String.format(Locale.ROOT, "%s (%s)", juror.judge(), juror.protocol())
              : juror.judge());
    }
    return names;
  }

  /** Counts rows that are sorted by scenario, prompt and row. */
  private static final class Count {
    private final Map<Juror, String> names;
    private final OutcomePolicy policy;

    /** Scenario → judges → their votes. */
    private final Map<String, Map<Raters, VoteSums>> sums = new HashMap<>();

    private final TreeMap<String, Decision> votes = new TreeMap<>();

    Count(Map<Juror, String> names, OutcomePolicy policy) {
      this.names = names;
      this.policy = policy;
    }

    Iterator<Tuple2<Tuple2<String, Raters>, VoteSums>> of(Iterator<Row> rows, Levels tree) {
      Row last = null;
      while (rows.hasNext()) {
        Row row = rows.next();
        if (last != null && !same(last, row, SAMPLE_ID)) {
          endRow(last.getAs("scenario"));
        }
        if (last != null && !(same(last, row, "prompt") && same(last, row, "scenario"))) {
          endPrompt(last.getAs("scenario"));
        }
        vote(row);
        last = row;
      }
      if (last != null) {
        endRow(last.getAs("scenario"));
        endPrompt(last.getAs("scenario"));
      }
      return levels(tree);
    }

    private static boolean same(Row one, Row other, String column) {
      return one.getAs(column).equals(other.getAs(column));
    }

    private void vote(Row row) {
      double score = Outcomes.score(row, policy);
      if (!Double.isNaN(score)) {
        votes.put(
            names.get(new Juror(row.getAs("judge"), row.getAs("protocol"))),
            Decision.ofScore(score));
      }
    }

    private void endRow(String scenario) {
      Map<Raters, VoteSums> of = sums.computeIfAbsent(scenario, s -> new HashMap<>());
      of.computeIfAbsent(Raters.ALL, all -> new VoteSums()).add(votes.values());
      votes.forEach(
          (judge, vote) ->
              votes
                  .tailMap(judge, false)
                  .forEach(
                      (other, its) ->
                          of.computeIfAbsent(new Raters(judge, other), two -> new VoteSums())
                              .add(vote, its)));
      votes.clear();
    }

    private void endPrompt(String scenario) {
      sums.get(scenario).values().forEach(VoteSums::endPrompt);
    }

    private Iterator<Tuple2<Tuple2<String, Raters>, VoteSums>> levels(Levels tree) {
      List<Tuple2<Tuple2<String, Raters>, VoteSums>> all = new ArrayList<>();
      sums.forEach(
          (scenario, judges) ->
              tree.of(scenario)
                  .forEach(
                      level ->
                          judges.forEach(
                              (raters, votes) ->
                                  all.add(
                                      new Tuple2<>(
                                          new Tuple2<>(level, raters),
                                          new VoteSums().plus(votes))))));
      return all.iterator();
    }
  }
}
