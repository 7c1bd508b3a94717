package io.assize.judge.generate;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.ToLongFunction;

/**
 * An engine whose model is a function of the tokens before a row, as its slot's cache holds them: a
 * row that is missing, of another sequence, or finer than it may be gives other logits. It refuses
 * what no engine can do, and what is beyond the batch's budgets.
 */
final class MadeUpEngine implements Engine {
  static final int HIDDEN = 4;

  /** What a row that is computed more exactly adds to its token in the cache. */
  private static final long FINE = 1L << 40;

  /** What was never written. */
  private static final long NOTHING = -2;

  private final int vocabulary;
  private final float[][] head;
  private final BatchSettings settings;
  private long[][] cache = new long[0][0];
  private int length;

  /** A token after which no number is finite, and which it never writes; −1 for none. */
  long damaged = -1;

  /** A token that no step can be computed with, and which it never writes; −1 for none. */
  long poison = -1;

  int poisoned;

  /** The first thing that it was asked and no engine can do; a batch may take it for a failure. */
  AssertionError refused;

  /** Whether the next thing it is asked goes wrong; and who hears of it beforehand. */
  BooleanSupplier fails = () -> false;

  Runnable beforeStep = () -> {};
  Runnable beforeFailure = () -> {};

  /** A token that is far more probable than all others after some; −1 for none. */
  ToLongFunction<long[]> favourite = tokens -> -1;

  /** Whether sequences that begin alike have the same rows, whatever their lengths. */
  boolean alike = true;

  boolean closed;

  MadeUpEngine(int vocabulary, BatchSettings settings) {
    this.vocabulary = vocabulary;
    this.head = new float[vocabulary][HIDDEN];
    for (int token = 0; token < vocabulary; token++) {
      for (int i = 0; i < HIDDEN; i++) {
        head[token][i] = number(1000L * token + i);
      }
    }
    this.settings = settings;
  }

  /** Something that it was told to fail at. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure() {
      super("made up", null, false, false);
    }
  }

  @Override
  public void rearrange(int slots, int newLength, long[] kept, long[] counts) {
    check(slots >= 1 && slots <= settings.slots(), "%d slots", slots);
    check((long) slots * newLength <= settings.cacheTokens(), "%d × %d", slots, newLength);
    check(kept.length == counts.length && kept.length <= slots, "%d kept", kept.length);
    check(Arrays.stream(kept).distinct().count() == kept.length, "one kept twice");
    failIfTold();
    long[][] old = cache;
    cache = new long[slots][newLength];
    for (int i = 0; i < slots; i++) {
      Arrays.fill(cache[i], NOTHING);
      if (i < kept.length) {
        check(counts[i] < newLength && counts[i] < length, "%d positions", counts[i]);
        System.arraycopy(old[(int) kept[i]], 0, cache[i], 0, (int) counts[i]);
      }
    }
    length = newLength;
  }

  @Override
  public void copy(int source, int target, int count) {
    check(source != target && count <= length, "%d to %d", source, target);
    failIfTold();
    System.arraycopy(cache[source], 0, cache[target], 0, count);
  }

  @Override
  public Logits step(
      long[] tokens,
      long[] positions,
      int decode,
      long[] runs,
      long[] asked,
      long[] fine,
      boolean exact) {
    check(exact == settings.exact(), "exact");
    checkShape(tokens, positions, decode, runs, asked, fine);
    beforeStep.run();
    if (has(tokens, poison)) {
      poisoned++;
      fail();
    }
    failIfTold();
    Set<Long> fineRows = new HashSet<>();
    for (long place : fine) {
      check(fineRows.add(asked[(int) place]), "fine twice");
    }
    long[][] contexts = new long[tokens.length][];
    Set<Long> askedRows = new HashSet<>();
    Arrays.stream(asked).forEach(askedRows::add);
    for (int slot = 0; slot < decode; slot++) {
      int position = (int) positions[slot];
      cache[slot][position] = tokens[slot];
      if (askedRows.contains((long) slot)) {
        contexts[slot] = context(slot, position);
      }
    }
    for (int run = 0; run < runs.length; run += 4) {
      int slot = (int) runs[run];
      int first = (int) runs[run + 1];
      int start = (int) runs[run + 3];
      for (int i = 0; i < runs[run + 2]; i++) {
        long finer = fineRows.contains((long) first + i) ? FINE : 0;
        cache[slot][start + i] = tokens[first + i] + finer;
        if (askedRows.contains((long) first + i)) {
          contexts[first + i] = context(slot, start + i);
        }
      }
    }
    failIfTold();
    float[][] states = new float[asked.length][];
    long[][] seen = new long[asked.length][];
    for (int i = 0; i < asked.length; i++) {
      seen[i] = contexts[(int) asked[i]];
      states[i] = seen[i] == null ? new float[HIDDEN] : state(seen[i]);
    }
    return new MadeUpLogits(states, seen);
  }

  @Override
  public boolean alike(int length, int other) {
    return alike;
  }

  @Override
  public Map<Long, float[]> headRows(Collection<Long> tokens) {
    failIfTold();
    Map<Long, float[]> rows = new HashMap<>();
    tokens.forEach(token -> rows.put(token, head[token.intValue()].clone()));
    return rows;
  }

  @Override
  public void close() {
    closed = true;
  }

  /**
   * The logits after some tokens, {@code [vocabulary]}.
   *
   * @param finer how many of the last were computed more exactly
   */
  float[] logits(long[] tokens, int finer) {
    long[] context = tokens.clone();
    for (int i = tokens.length - finer; i < tokens.length; i++) {
      context[i] += FINE;
    }
    return logits(context, state(context));
  }

  private float[] logits(long[] context, float[] state) {
    float[] logits = new float[vocabulary];
    for (int token = 0; token < vocabulary; token++) {
      for (int i = 0; i < HIDDEN; i++) {
        logits[token] += state[i] * head[token][i];
      }
    }
    for (long never : new long[] {damaged, poison}) {
      if (never >= 0) {
        logits[(int) never] -= 1000;
      }
    }
    long favoured = context == null ? -1 : favourite.applyAsLong(context);
    if (favoured >= 0) {
      logits[(int) favoured] += 1000;
    }
    return logits;
  }

  private long[] context(int slot, int position) {
    long[] context = Arrays.copyOf(cache[slot], position + 1);
    // What lies behind a row's position has the weight 0, and 0 times NaN is NaN.
    if (has(cache[slot], damaged)) {
      context[0] = damaged;
    }
    return context;
  }

  private float[] state(long[] context) {
    long hash = 17;
    for (long token : context) {
      hash = mixed(31 * hash + token);
    }
    boolean finite = !has(context, damaged);
    float[] state = new float[HIDDEN];
    for (int i = 0; i < HIDDEN; i++) {
      state[i] = finite ? number(hash + i) : Float.NaN;
    }
    return state;
  }

  private static boolean has(long[] tokens, long token) {
    for (long one : tokens) {
      if (one == token || one == token + FINE) {
        return true;
      }
    }
    return false;
  }

  /** From −2 to 2. */
  private static float number(long seed) {
    return (mixed(seed) >>> 40) / (float) (1 << 22) - 2;
  }

  private static long mixed(long x) {
    long y = (x ^ (x >>> 30)) * 0xbf58476d1ce4e5b9L;
    y = (y ^ (y >>> 27)) * 0x94d049bb133111ebL;
    return y ^ (y >>> 31);
  }

  private void failIfTold() {
    if (fails.getAsBoolean()) {
      fail();
    }
  }

  private void fail() {
    beforeFailure.run();
    throw new Failure();
  }

  /** What holds for the rows of any step. */
  private void checkShape(
      long[] tokens, long[] positions, int decode, long[] runs, long[] asked, long[] fine) {
    check(tokens.length > 0 && tokens.length == positions.length, "%d rows", tokens.length);
    check(decode <= cache.length && decode <= tokens.length, "%d slots write", decode);
    check(asked.length > 0 && fine.length <= asked.length, "%d asked", asked.length);
    for (long row : asked) {
      check(row >= 0 && row < tokens.length, "row %d", row);
    }
    for (long token : tokens) {
      check(token >= 0 && token < vocabulary, "token %d", token);
    }
    Set<Long> writing = new HashSet<>();
    for (int slot = 0; slot < decode; slot++) {
      if (positions[slot] != length - 1) {
        writing.add((long) slot);
      }
    }
    check(decode == 0 || writing.contains(decode - 1L), "rows of nobody after the last writer");
    int next = decode;
    int reading = 0;
    long before = -1;
    long end = -1;
    Set<Long> read = new HashSet<>();
    for (int run = 0; run < runs.length; run += 4) {
      long slot = runs[run];
      check(slot < cache.length && !writing.contains(slot), "slot %d twice", slot);
      check(runs[run + 1] == next && runs[run + 2] > 0, "run at row %d", runs[run + 1]);
      if (slot == before) {
        check(runs[run + 3] == end, "an answer at %d", runs[run + 3]);
      } else {
        check(read.add(slot), "slot %d twice", slot);
        reading += (int) runs[run + 2];
        end = runs[run + 3] + runs[run + 2];
      }
      before = slot;
      for (int i = 0; i < runs[run + 2]; i++) {
        check(positions[next + i] == runs[run + 3] + i, "position %d", positions[next + i]);
        check(runs[run + 2] == length || positions[next + i] < length - 1, "no room");
      }
      next += (int) runs[run + 2];
    }
    for (int row = next; row < tokens.length; row++) {
      check(tokens[row] == 0 && positions[row] == length - 1, "row %d of somebody", row);
    }
    boolean cleaning = runs.length == 4 && runs[2] == length;
    if (!cleaning) {
      checkBudget(tokens.length, next, decode, reading, runs);
    }
  }

  private void checkBudget(int rows, int meaningful, int decode, int reading, long[] runs) {
    if (settings.exact()) {
      boolean one = decode == 0 || (runs.length == 0 && rows == settings.slots());
      check(one, "%d rows beside %d", reading, decode);
      check(decode > 0 || runs[3] / 256 == (runs[3] + runs[2] - 1) / 256, "over a cut");
    } else {
      int most = Math.max(settings.stepTokens() - decode, 16);
      check(reading <= most, "%d rows read, of %d", reading, most);
      check(rows - meaningful < 16 && (rows <= 16 || rows % 16 == 0), "%d rows", rows);
    }
  }

  private void check(boolean holds, String what, Object... arguments) {
    if (!holds) {
      AssertionError error = new AssertionError(String.format(Locale.ROOT, what, arguments));
      refused = refused == null ? error : refused;
      throw error;
    }
  }

  /** A step's logits. */
  private final class MadeUpLogits implements Logits {
    private final float[][] states;
    private final long[][] contexts;

    MadeUpLogits(float[][] states, long[][] contexts) {
      this.states = states;
      this.contexts = contexts;
    }

    @Override
    public long best(int i) {
      failIfTold();
      return MadeUpEngine.best(row(i));
    }

    @Override
    public float bestLogit(int i) {
      float[] row = row(i);
      return row[(int) MadeUpEngine.best(row)];
    }

    @Override
    public float[] row(int i) {
      failIfTold();
      return logits(contexts[i], states[i]);
    }

    @Override
    public float[] state(int i) {
      return states[i].clone();
    }

    @Override
    public void close() {}
  }

  /** The first of the largest. */
  static long best(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    return best;
  }
}
