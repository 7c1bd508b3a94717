package io.assize.summary;

import io.assize.stats.Kappa;
import io.assize.summary.AgreementSums.Count;
import io.assize.table.Table;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code agreement}: how far the judge decides as people do. A judge that saw both orders agrees on
 * a row only where both of its decisions are the label (the rule of Auto-J, Li et al. 2024). A
 * share of nothing is null.
 */
final class AgreementTable implements LevelTable<Level> {
  private static final long serialVersionUID = 1;

  static final Table<Level> TABLE =
      Levels.columns(Table.<Level>of(SummaryTables.AGREEMENT, "judge × scenario"), level -> level)
          .count("n", level -> sums(level).get(Count.LABELLED), "labelled rows")
          .number(
              "agreement",
              level -> sums(level).share(Count.AGREE, Count.LABELLED),
              "the share of them where the judge gives the label, in both orders if it saw both")
          .number(
              "agreement_first_order",
              level -> sums(level).share(Count.AGREE_FIRST, Count.LABELLED),
              "in the corpus's own order alone")
          .number(
              "consistency",
              level -> sums(level).share(Count.CONSISTENT, Count.BOTH),
              "of all rows seen in both orders, the share with the same decision")
          .number("kappa", level -> Kappa.of(sums(level).confusion()), "Cohen's, of the outcome")
          .number(
              "first_position_rate",
              level -> sums(level).share(Count.FIRST_WON, Count.DECIDED),
              "of all verdicts for one response, the share for the one shown first")
          .number(
              "invalid_rate",
              level -> sums(level).share(Count.INVALID, Count.VERDICTS),
              "of all verdicts, the share without a decision")
          .number(
              "length_baseline_agreement",
              level -> sums(level).share(Count.AGREE_LENGTH, Count.LABELLED),
              "of the rule that the longer response wins");

  private static AgreementSums sums(Level level) {
    return level.of(AgreementSums.class);
  }

  @Override
  public Table<Level> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new AgreementSums());
  }

  @Override
  public Stream<Level> rows(Level level, Fits fits) {
    return Stream.of(level);
  }
}
