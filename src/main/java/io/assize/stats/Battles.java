package io.assize.stats;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Games between models, added up by pair: what Bradley–Terry ratings need of them, however many.
 * Arrays are {@code [pairs]}; a score is a's, in 0…1.
 *
 * @param models how many models; their numbers run from 0
 * @param a the pair's first model
 * @param b its second
 * @param n games
 * @param score the sum of a's scores
 * @param squares the sum of their squares
 * @param atoms {@code [pairs · 5]}: how many scores are exactly 0, ¼, ½, ¾, 1; the rest is soft
 */
@SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
public record Battles(
    int models, int[] a, int[] b, double[] n, double[] score, double[] squares, double[] atoms)
    implements Serializable {
  /** The number of exact scores that are counted. */
  public static final int ATOMS = 5;

  /** Games one by one: a's score of each. */
  public static Battles of(int models, int[] a, int[] b, double[] scores) {
    double[] squares = new double[scores.length];
    double[] n = new double[scores.length];
    double[] atoms = new double[scores.length * ATOMS];
    Arrays.fill(n, 1);
    for (int i = 0; i < scores.length; i++) {
      squares[i] = scores[i] * scores[i];
      int atom = atom(scores[i]);
      if (atom >= 0) {
        atoms[i * ATOMS + atom] = 1;
      }
    }
    return new Battles(models, a, b, n, scores, squares, atoms);
  }

  /** Which of 0, ¼, ½, ¾, 1 a score is, from 0; −1: none. */
  public static int atom(double score) {
    double quarters = 4 * score;
    return quarters == Math.rint(quarters) ? (int) quarters : -1;
  }

  public int pairs() {
    return a.length;
  }

  /** Each model's games, {@code [models]}. */
  public double[] games() {
    double[] games = new double[models];
    for (int i = 0; i < a.length; i++) {
      games[a[i]] += n[i];
      games[b[i]] += n[i];
    }
    return games;
  }

  /**
   * The connected parts of the comparison graph: models that no chain of games joins have no
   * ratings on one scale. Models without a game are left out. Sorted by size, the largest first.
   */
  public List<List<Integer>> components() {
    int[] parent = new int[models];
    Arrays.setAll(parent, i -> i);
    for (int i = 0; i < a.length; i++) {
      if (n[i] > 0) {
        parent[root(parent, a[i])] = root(parent, b[i]);
      }
    }
    return grouped(parent);
  }

  private List<List<Integer>> grouped(int[] parent) {
    double[] games = games();
    List<List<Integer>> parts = new ArrayList<>();
    for (int i = 0; i < models; i++) {
      parts.add(new ArrayList<>());
    }
    for (int i = 0; i < models; i++) {
      if (games[i] > 0) {
        parts.get(root(parent, i)).add(i);
      }
    }
    parts.removeIf(List::isEmpty);
    parts.sort((x, y) -> Integer.compare(y.size(), x.size()));
    return parts;
  }

  private static int root(int[] parent, int i) {
    int at = i;
    while (parent[at] != at) {
      parent[at] = parent[parent[at]];
      at = parent[at];
    }
    return at;
  }

  /**
   * The models that have finite maximum-likelihood ratings together: the largest set in which each
   * has won (or tied) against another along a chain of games, and lost likewise (Ford 1957). In
   * rising order.
   */
  public List<Integer> bounded() {
    List<List<Integer>> beats = new ArrayList<>();
    List<List<Integer>> beaten = new ArrayList<>();
    for (int i = 0; i < models; i++) {
      beats.add(new ArrayList<>());
      beaten.add(new ArrayList<>());
    }
    for (int i = 0; i < a.length; i++) {
      if (score[i] > 0) {
        beats.get(a[i]).add(b[i]);
        beaten.get(b[i]).add(a[i]);
      }
      if (score[i] < n[i]) {
        beats.get(b[i]).add(a[i]);
        beaten.get(a[i]).add(b[i]);
      }
    }
    List<Integer> best = List.of();
    boolean[] done = new boolean[models];
    for (int root : lastLeftFirst(beats)) {
      if (!done[root]) {
        List<Integer> part = reach(beaten, root, done);
        if (part.size() > best.size() || (part.size() == best.size() && first(part, best))) {
          best = part;
        }
      }
    }
    return best.stream().sorted().toList();
  }

  private static boolean first(List<Integer> part, List<Integer> other) {
    return Collections.min(part) < Collections.min(other);
  }

  /**
   * The order of Kosaraju's and Sharir's (1981) search for strong components: what is left last
   * comes first.
   */
  private static int[] lastLeftFirst(List<List<Integer>> edges) {
    int size = edges.size();
    int[] order = new int[size];
    int place = size;
    int[] next = new int[size];
    int[] way = new int[size];
    boolean[] seen = new boolean[size];
    for (int start = 0; start < size; start++) {
      if (seen[start]) {
        continue;
      }
      seen[start] = true;
      int depth = 0;
      way[0] = start;
      while (depth >= 0) {
        int at = way[depth];
        if (next[at] == edges.get(at).size()) {
          order[--place] = at;
          depth--;
          continue;
        }
        int to = edges.get(at).get(next[at]++);
        if (!seen[to]) {
          seen[to] = true;
          way[++depth] = to;
        }
      }
    }
    return order;
  }

  /** Who can be reached of those not yet done, who then are. */
  private static List<Integer> reach(List<List<Integer>> edges, int from, boolean[] done) {
    List<Integer> found = new ArrayList<>(List.of(from));
    done[from] = true;
    for (int i = 0; i < found.size(); i++) {
      for (int next : edges.get(found.get(i))) {
        if (!done[next]) {
          done[next] = true;
          found.add(next);
        }
      }
    }
    return found;
  }

  /** The games among some models, which take new numbers in the order given. */
  public Battles among(List<Integer> wanted) {
    int[] number = new int[models];
    Arrays.fill(number, -1);
    for (int i = 0; i < wanted.size(); i++) {
      number[wanted.get(i)] = i;
    }
    int[] kept = new int[a.length];
    int count = 0;
    for (int i = 0; i < a.length; i++) {
      if (number[a[i]] >= 0 && number[b[i]] >= 0 && n[i] > 0) {
        kept[count++] = i;
      }
    }
    int[] x = new int[count];
    int[] y = new int[count];
    double[][] sums = new double[3][count];
    double[] cells = new double[count * ATOMS];
    for (int k = 0; k < count; k++) {
      int i = kept[k];
      x[k] = number[a[i]];
      y[k] = number[b[i]];
      sums[0][k] = n[i];
      sums[1][k] = score[i];
      sums[2][k] = squares[i];
      System.arraycopy(atoms, i * ATOMS, cells, k * ATOMS, ATOMS);
    }
    return new Battles(wanted.size(), x, y, sums[0], sums[1], sums[2], cells);
  }
}
