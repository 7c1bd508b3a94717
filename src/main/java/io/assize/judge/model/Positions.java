package io.assize.judge.model;

import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * How a decoder's layers know positions, and which they see.
 *
 * @param contextLength positions that the model can be used with
 * @param ropes its rotations
 * @param ropeOf the place in {@code ropes} of each layer's, {@code [layers]}
 * @param longFrom sequences that come to take so many positions or more are turned by the second
 *     rotation in all layers, others by the first; 0 where the length decides nothing
 * @param window positions that a position sees in a layer with a window, itself the last of them; 0
 *     where no layer has one
 * @param windowed whether each layer has a window, {@code [layers]}
 */
public record Positions(
    int contextLength,
    List<Rope> ropes,
    List<Integer> ropeOf,
    int longFrom,
    int window,
    List<Boolean> windowed) {

  public Positions {
    ropes = List.copyOf(ropes);
    ropeOf = List.copyOf(ropeOf);
    windowed = List.copyOf(windowed);
  }

  /** The same rotation in all layers, each of which sees all before it. */
  public static Positions of(int contextLength, Rope rope, int layers) {
    return new Positions(
        contextLength,
        List.of(rope),
        Collections.nCopies(layers, 0),
        0,
        0,
        Collections.nCopies(layers, false));
  }

  /** The same, where long sequences are turned by another rotation. */
  Positions with(Rope ofLong, int from) {
    return new Positions(
        contextLength, List.of(ropes.get(0), ofLong), ropeOf, from, window, windowed);
  }

  /** The same, where some layers have a rotation of their own. */
  Positions with(Rope other, IntPredicate layers) {
    List<Integer> of =
        IntStream.range(0, ropeOf.size()).mapToObj(i -> layers.test(i) ? 1 : 0).toList();
    return new Positions(
        contextLength, List.of(ropes.get(0), other), of, longFrom, window, windowed);
  }

  /** The same with a window in some layers; none where it hides nothing. */
  Positions with(int size, IntPredicate layers) {
    List<Boolean> has = IntStream.range(0, ropeOf.size()).mapToObj(layers::test).toList();
    boolean hides = size < contextLength && has.contains(true);
    return hides
        ? new Positions(contextLength, ropes, ropeOf, longFrom, size, has)
        : new Positions(
            contextLength, ropes, ropeOf, longFrom, 0, Collections.nCopies(has.size(), false));
  }

  /** Which rotation a sequence has that comes to take at most so many positions. */
  public int kind(int length) {
    return longFrom > 0 && length >= longFrom ? 1 : 0;
  }
}
