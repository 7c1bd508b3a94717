package io.assize.job;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.not;

import io.assize.config.SummaryConfig;
import io.assize.config.UserError;
import io.assize.store.VerdictTable;
import io.assize.summary.Jury;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Adds juries' verdicts to those of their judges, as a configuration wants them. */
final class Juries {
  private static final int LEAST = 2;

  private final SummaryConfig.Jury config;
  private final List<Jury.Rule> rules;
  private final Consumer<String> progress;

  /**
   * @param progress is told who sits
   */
  Juries(SummaryConfig.Jury config, Consumer<String> progress) {
    this.config = config;
    this.rules = config.rules().stream().map(Jury.Rule::of).toList();
    this.progress = progress;
  }

  /**
   * The verdicts, and those of the juries.
   *
   * @param verdicts one for each judge, protocol, row and order, without their texts
   * @param corpus the rows they are about
   * @throws UserError where fewer than two judges sit, or a rule lacks the labels that it needs
   */
  Dataset<Row> added(Dataset<Row> verdicts, Dataset<Row> corpus) {
    if (rules.isEmpty()) {
      return verdicts;
    }
    Set<String> judges = sitting(verdicts);
    refuseWithoutLabels(corpus);
    progress.accept("a jury of " + String.join(", ", judges));
    Dataset<Row> theirs = verdicts.filter(col("judge").isin(judges.toArray()));
    Dataset<Row> juries = VerdictTable.TABLE.select(Jury.verdicts(theirs, corpus, rules));
    return verdicts.filter(not(ofJury())).unionByName(juries.drop("critique"));
  }

  private Set<String> sitting(Dataset<Row> verdicts) {
    Set<String> there = new TreeSet<>();
    verdicts
        .filter(not(ofJury()))
        .select("judge")
        .distinct()
        .collectAsList()
        .forEach(row -> there.add(row.getString(0)));
    for (String judge : config.judges()) {
      if (!there.contains(judge)) {
        throw UserError.configuration(
            "assize.summary.jury.judges names %s, of which there are no verdicts; there are those of"
                + " %s",
            judge, String.join(", ", there));
      }
    }
    Set<String> sitting = config.judges().isEmpty() ? there : new TreeSet<>(config.judges());
    if (sitting.size() < LEAST) {
      throw UserError.configuration(
          "a jury needs two judges, and there %s: name the verdicts of more, as --verdicts DIR"
              + " --verdicts DIR",
          sitting.isEmpty() ? "is none" : "is " + String.join(", ", sitting) + " alone");
    }
    return sitting;
  }

  private void refuseWithoutLabels(Dataset<Row> corpus) {
    boolean labels =
        List.of(corpus.columns()).contains("label")
            && !corpus.filter(col("label").isNotNull()).isEmpty();
    if (rules.contains(Jury.Rule.WEIGHTED) && !labels) {
      throw UserError.configuration(
          "assize.summary.jury.rules has weighted, and the corpus has no label to weigh judges by:"
              + " use majority or mean");
    }
  }

  /** What an earlier summary made. */
  private static Column ofJury() {
    return col("judge").startsWith(Jury.PREFIX);
  }
}
