package io.assize.summary;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * What tables take from beyond a level.
 *
 * @param names each judge's models
 * @param length judge → length-controlled rates; those that have a baseline
 * @param style judge → ratings beside coefficients of style; those that could be fitted
 * @param leftOut what gave no outcome
 * @param reference model → rating from elsewhere; may be empty
 * @param families judge → the score of its own family's models by other judges
 * @param ratings mean ratings of single responses
 * @param ratedOnly the levels that have these and no pair, in the tables' order
 */
record Fits(
    Names names,
    Map<String, LengthControlled> length,
    Map<String, StyleControlled> style,
    LeftOut leftOut,
    Map<String, Double> reference,
    Map<String, Double> families,
    MeanRatings ratings,
    List<MeanRatings.Key> ratedOnly,
    SummaryOptions options)
    implements Serializable {

  /** The names of a level's models, by their numbers. */
  List<String> names(Level level) {
    return names.of(level.judge());
  }
}
