package io.assize.summary;

import io.assize.stats.ScoreSums;
import io.assize.verdict.Decision;
import io.assize.verdict.OutcomePolicy;

/** Scores that show what sways a judge: the position of a response, and its length. */
final class BiasSums implements Sums<BiasSums> {
  private static final long serialVersionUID = 1;

  /** What is summed up. */
  enum Bias {
    /** (score of x where x was first − where y was first) / 2. */
    POSITION(0),
    /** The longer response's score by the judge. */
    LONGER(1),
    /** By people. */
    LONGER_BY_PEOPLE(2),
    /** By the judge less by people, on the same rows. */
    LONGER_THAN_PEOPLE(3),
    /** Of verdicts for one response: 1 where it was shown first, else 0. */
    FIRST(4),
    /** The score of the model of the judge's own family, against models of others. */
    OWN(5),
    /** The same by people. */
    OWN_BY_PEOPLE(6);

    private final int place;

    Bias(int place) {
      this.place = place;
    }
  }

  private final ClusteredScores scores = new ClusteredScores();

  @Override
  public BiasSums empty() {
    return new BiasSums();
  }

  @Override
  public void add(Game game) {
    if (Decision.decides(game.first()) && Decision.decides(game.second())) {
      double one = alone(game.first(), game.firstProbability());
      double other = alone(game.second(), game.secondProbability());
      add(Bias.POSITION, (one - other) / 2, false, game);
    }
    addFirst(game);
    if (game.scored() && game.longer() != Decision.TIE) {
      addLonger(game);
    }
    if (game.scored() && game.own() != Decision.TIE) {
      addOwn(game);
    }
  }

  /** A game's two verdicts are of one prompt, also where it is the prompt's only game. */
  private void addFirst(Game game) {
    if (Decision.chooses(game.first())) {
      scores.add(Bias.FIRST.place, game.first() == Decision.A ? 1 : 0, true, false);
    }
    if (Decision.chooses(game.second())) {
      scores.add(Bias.FIRST.place, game.second() == Decision.B ? 1 : 0, true, false);
    }
    if (game.alone()) {
      scores.endPrompt();
    }
  }

  private void addOwn(Game game) {
    boolean x = game.own() == Decision.A;
    add(Bias.OWN, x ? game.score() : 1 - game.score(), !game.soft(), game);
    if (game.label() != null) {
      double person = x ? game.label().score() : 1 - game.label().score();
      add(Bias.OWN_BY_PEOPLE, person, true, game);
    }
  }

  /** An order's score by itself. */
  private static double alone(Decision decision, double probability) {
    return OutcomePolicy.AVERAGE.score(decision, null, probability, Double.NaN);
  }

  private void addLonger(Game game) {
    boolean x = game.longer() == Decision.A;
    double judge = x ? game.score() : 1 - game.score();
    add(Bias.LONGER, judge, false, game);
    if (game.label() != null) {
      double person = x ? game.label().score() : 1 - game.label().score();
      add(Bias.LONGER_BY_PEOPLE, person, true, game);
      add(Bias.LONGER_THAN_PEOPLE, judge - person, false, game);
    }
  }

  private void add(Bias what, double score, boolean decided, Game game) {
    scores.add(what.place, score, decided, game.alone());
  }

  @Override
  public void endPrompt() {
    scores.endPrompt();
  }

  @Override
  public void plus(BiasSums other) {
    scores.plus(other.scores);
  }

  ScoreSums of(Bias what) {
    return scores.of(what.place);
  }
}
