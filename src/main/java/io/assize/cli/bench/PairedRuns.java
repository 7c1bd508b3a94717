package io.assize.cli.bench;

import io.assize.cli.Output;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * Measurements of programs in turns: each round measures every program once, so that what disturbs
 * the machine for a while disturbs all of them. Programs keep the order of their first round.
 */
final class PairedRuns {
  private final int runs;
  private final Map<String, List<Measurement>> measured = new LinkedHashMap<>();

  /**
   * None yet.
   *
   * @param runs rounds that count; 0: the warming up counts, as in a trial
   */
  PairedRuns(int runs) {
    this.runs = runs;
  }

  /** Tells a round's measurements, and keeps them unless it is the one that warms up, number 0. */
  void add(int round, List<Measurement> measurements) {
    for (Measurement one : measurements) {
      Output.progress((round == 0 ? "warm-up: " : "run " + round + ": ") + one);
      if (round > 0 || runs == 0) {
        measured.computeIfAbsent(one.program(), program -> new ArrayList<>()).add(one);
      }
    }
  }

  /** Forgets a program that failed: what it measured before is no row of pairs. */
  void drop(String program) {
    measured.remove(program);
  }

  /** The median of a program's measurements. */
  double median(String program, ToDoubleFunction<Measurement> figure) {
    return median(measured.get(program).stream().mapToDouble(figure));
  }

  /** Each program's median. */
  Map<String, Double> medians(ToDoubleFunction<Measurement> figure) {
    Map<String, Double> medians = new LinkedHashMap<>();
    measured.keySet().forEach(program -> medians.put(program, median(program, figure)));
    return medians;
  }

  /** The median over rounds of a figure of one program over that of another in the same round. */
  double medianRatio(String over, String under, ToDoubleFunction<Measurement> figure) {
    List<Measurement> overs = measured.get(over);
    List<Measurement> unders = measured.get(under);
    return median(
        IntStream.range(0, unders.size())
            .mapToDouble(
                i -> figure.applyAsDouble(overs.get(i)) / figure.applyAsDouble(unders.get(i))));
  }

  /** {@link #medianRatio} of one program over each of the others. */
  Map<String, Double> medianRatios(String over, ToDoubleFunction<Measurement> figure) {
    Map<String, Double> ratios = new LinkedHashMap<>();
    for (String program : measured.keySet()) {
      if (!program.equals(over)) {
        ratios.put(program, medianRatio(over, program, figure));
      }
    }
    return ratios;
  }

  private static double median(DoubleStream values) {
    double[] sorted = values.sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
