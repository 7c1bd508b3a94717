package io.assize.summary;

import io.assize.verdict.Decision;
import io.assize.verdict.OutcomePolicy;

/** Counts of how far the judge decides as people do, as itself in the other order, and at all. */
final class AgreementSums implements Sums<AgreementSums> {
  private static final long serialVersionUID = 1;
  private static final Decision[] LABELS = {Decision.A, Decision.B, Decision.TIE};
  private static final int CHOICES = Decision.values().length + 1;

  /** What is counted. */
  enum Count {
    /** Rows with a label and an outcome. */
    LABELLED(0),
    AGREE(1),
    /** Those where the corpus's own order gives the label. */
    AGREE_FIRST(2),
    /** Those where the longer response is the label. */
    AGREE_LENGTH(3),
    /** Rows seen in both orders. */
    BOTH(4),
    /** Those with the same decision in both. */
    CONSISTENT(5),
    /** Verdicts for one of the two responses. */
    DECIDED(6),
    /** Those for the one shown first. */
    FIRST_WON(7),
    VERDICTS(8),
    INVALID(9);

    private final int place;

    Count(int place) {
      this.place = place;
    }
  }

  private final long[] counts = new long[Count.values().length];

  /** Outcome × label, by their numbers. */
  private final long[] confusion = new long[CHOICES * CHOICES];

  @Override
  public AgreementSums empty() {
    return new AgreementSums();
  }

  @Override
  public void add(Game game) {
    Decision first = game.first();
    Decision second = game.second();
    boolean both = first != null && second != null;
    boolean same = both && first == second;
    count(Count.VERDICTS, (first == null ? 0 : 1) + (second == null ? 0 : 1));
    count(
        Count.INVALID, (first == Decision.INVALID ? 1 : 0) + (second == Decision.INVALID ? 1 : 0));
    count(Count.DECIDED, (Decision.chooses(first) ? 1 : 0) + (Decision.chooses(second) ? 1 : 0));
    count(Count.FIRST_WON, (first == Decision.A ? 1 : 0) + (second == Decision.B ? 1 : 0));
    count(Count.BOTH, both ? 1 : 0);
    count(Count.CONSISTENT, same && first != Decision.INVALID ? 1 : 0);
    Decision label = game.label();
    Decision outcome = outcome(game);
    if (label == null || outcome == null) {
      return;
    }
    Decision given = game.swapped() ? second : first;
    given = given == null ? (game.swapped() ? first : second) : given;
    boolean strict = game.agreementOutcomes() == OutcomePolicy.STRICT && both;
    count(Count.LABELLED, 1);
    count(Count.AGREE, (strict ? same && first == label : outcome == label) ? 1 : 0);
    count(Count.AGREE_FIRST, given == label ? 1 : 0);
    count(Count.AGREE_LENGTH, game.longer() == label ? 1 : 0);
    Decision judged = game.swapped() ? outcome.swapped() : outcome;
    Decision wanted = game.swapped() ? label.swapped() : label;
    confusion[judged.number() * CHOICES + wanted.number()]++;
  }

  /** The outcome as a decision; INVALID where no order gave one; null where the pair is dropped. */
  private static Decision outcome(Game game) {
    if (!Decision.decides(game.first()) && !Decision.decides(game.second())) {
      return Decision.INVALID;
    }
    double score =
        game.agreementOutcomes()
            .score(game.first(), game.second(), game.firstProbability(), game.secondProbability());
    return Double.isNaN(score) ? null : Decision.ofScore(score);
  }

  private void count(Count what, int by) {
    counts[what.place] += by;
  }

  @Override
  public void plus(AgreementSums other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    for (int i = 0; i < confusion.length; i++) {
      confusion[i] += other.confusion[i];
    }
  }

  long get(Count what) {
    return counts[what.place];
  }

  /** One count as a share of another; null of nothing. */
  Double share(Count part, Count whole) {
    return get(whole) == 0 ? null : (Double) ((double) get(part) / get(whole));
  }

  /** Outcome × label, invalid in the last row. */
  long[][] confusion() {
    long[][] table = new long[CHOICES][CHOICES];
    for (int i = 0; i < CHOICES; i++) {
      for (Decision label : LABELS) {
        table[i][label.number()] = confusion[i * CHOICES + label.number()];
      }
    }
    return table;
  }
}
