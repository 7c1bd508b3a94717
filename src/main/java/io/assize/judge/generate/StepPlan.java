package io.assize.judge.generate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * The rows of one step and whom they belong to: a value that follows from where the sequences
 * stand. Making it changes nothing and asks the engine nothing.
 *
 * <p>Rows come in the order that {@link Engine#step} wants: one for each slot up to the last that
 * writes, then runs of rows that read, then rows without meaning. A row without meaning stands at
 * its slot's last position, which no sequence reads.
 */
final class StepPlan {
  /** Exact prompts are cut at multiples of this. */
  static final int PIECE = 256;

  /** Rows come in multiples of this, so that shapes, for which kernels are made, recur. */
  static final int ROWS = 16;

  private final long[] tokens;
  private final long[] positions;
  private final int decode;
  private final long[] runs;
  private final long[] asked;
  private final long[] fine;
  private final boolean exact;
  private final List<Share> shares;

  /**
   * What a step does for one sequence.
   *
   * @param sequence whose rows they are
   * @param rows how many of its tokens get their keys and values
   * @param writes whether it writes, so that it has one row
   * @param end the asked row after which it goes on, as a place in {@link #asked}; −1: its tokens
   *     are not read to their end
   * @param after where it is scored: for each beginning of an answer, the empty one among them, the
   *     asked row after it; else empty
   */
  record Share(
      Sequence sequence, int rows, boolean writes, int end, Map<List<Long>, Integer> after) {}

  private StepPlan(Rows rows, List<Share> shares, boolean exact) {
    if (rows.asked.isEmpty() && rows.count() > 0) {
      rows.ask(rows.count() - 1);
    }
    this.tokens = array(rows.tokens);
    this.positions = array(rows.positions);
    this.decode = rows.decode;
    this.runs = array(rows.runs);
    this.asked = array(rows.asked);
    this.fine = array(rows.fine);
    this.exact = exact;
    this.shares = List.copyOf(shares);
  }

  /**
   * A row for each sequence that writes, filled up with rows of those that read, the first come
   * first.
   *
   * @param writing by their slots
   * @param reading in the order in which they came
   * @param slotLength positions of a slot
   */
  static StepPlan mixed(
      List<Sequence> writing, List<Sequence> reading, BatchSettings settings, int slotLength) {
    Rows rows = new Rows(settings, slotLength);
    List<Share> shares = new ArrayList<>();
    for (Sequence sequence : writing) {
      shares.add(rows.write(sequence));
    }
    int budget = Math.max(settings.stepTokens() - rows.count(), ROWS);
    for (Sequence sequence : reading) {
      if (budget > 0) {
        Share share = rows.read(sequence, budget);
        shares.add(share);
        budget -= share.rows();
      }
    }
    rows.pad();
    return new StepPlan(rows, shares, false);
  }

  /**
   * A piece of one prompt, cut at fixed positions; where none is to be read, a row for each of a
   * fixed number of sequences. No matrix has a shape that neighbours decide.
   */
  static StepPlan exact(
      List<Sequence> writing, List<Sequence> reading, BatchSettings settings, int slotLength) {
    Rows rows = new Rows(settings, slotLength);
    List<Share> shares = new ArrayList<>();
    if (reading.isEmpty()) {
      for (Sequence sequence : writing) {
        shares.add(rows.write(sequence));
      }
      rows.pad();
    } else {
      shares.add(rows.read(reading.get(0), toNextCut(reading.get(0))));
    }
    return new StepPlan(rows, shares, true);
  }

  /** What a step would do for one sequence, were it alone in it. */
  static StepPlan alone(Sequence sequence, BatchSettings settings, int slotLength) {
    Rows rows = new Rows(settings, slotLength);
    int most = settings.exact() ? toNextCut(sequence) : settings.stepTokens();
    Share share =
        sequence.phase == Sequence.Phase.WRITING ? rows.write(sequence) : rows.read(sequence, most);
    rows.pad();
    return new StepPlan(rows, List.of(share), settings.exact());
  }

  boolean isEmpty() {
    return tokens.length == 0;
  }

  /** Has an engine compute it. */
  Engine.Logits computedBy(Engine engine) {
    return engine.step(tokens, positions, decode, runs, asked, fine, exact);
  }

  /** Whom it serves: those that write, by slots, then those that read, in their order. */
  List<Share> shares() {
    return shares;
  }

  /** Rows that read. */
  int read() {
    return shares.stream().filter(share -> !share.writes()).mapToInt(Share::rows).sum();
  }

  /** Rows that write. */
  int written() {
    return shares.stream().filter(Share::writes).mapToInt(Share::rows).sum();
  }

  /** Tokens up to the next of the fixed positions where exact prompts are cut. */
  private static int toNextCut(Sequence sequence) {
    return PIECE - sequence.cached % PIECE;
  }

  private static long[] array(List<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).toArray();
  }

  /** Rows as they are put together. */
  private static final class Rows {
    private final BatchSettings settings;
    private final int slotLength;
    private final List<Long> tokens = new ArrayList<>();
    private final List<Long> positions = new ArrayList<>();
    private final List<Long> runs = new ArrayList<>();
    private final List<Long> asked = new ArrayList<>();
    private final List<Long> fine = new ArrayList<>();
    private int decode;

    Rows(BatchSettings settings, int slotLength) {
      this.settings = settings;
      this.slotLength = slotLength;
    }

    int count() {
      return tokens.size();
    }

    /** A row of a sequence that writes; slots before it that do not write get one of no meaning. */
    Share write(Sequence sequence) {
      while (decode < sequence.slot) {
        if (settings.exact()) {
          ask(count());
        }
        addMeaningless();
        decode++;
      }
      int end = ask(count());
      add(sequence.token(sequence.cached), sequence.cached);
      decode++;
      return new Share(sequence, 1, true, end, Map.of());
    }

    /** Rows of a sequence's tokens, at most {@code budget}; with its last one, what it is asked. */
    Share read(Sequence sequence, int budget) {
      int read = Math.min(budget, sequence.unread());
      addRun(sequence.slot, sequence.cached, read);
      for (int i = 0; i < read; i++) {
        add(sequence.token(sequence.cached + i), sequence.cached + i);
      }
      if (read < sequence.unread()) {
        return new Share(sequence, read, false, -1, Map.of());
      }
      int end = ask(count() - 1);
      if (sequence.answers() == null) {
        return new Share(sequence, read, false, end, Map.of());
      }
      Map<List<Long>, Integer> after = addAnswers(sequence);
      after.put(List.of(), end);
      if (sequence.fine()) {
        LongStream.range(end, asked.size()).forEach(fine::add);
      }
      return new Share(sequence, read, false, end, after);
    }

    /** Rows after all beginnings of answers; each answer's positions follow the last token. */
    private Map<List<Long>, Integer> addAnswers(Sequence sequence) {
      Map<List<Long>, Integer> after = new LinkedHashMap<>();
      for (long[] answer : sequence.answers()) {
        List<Long> beginning = LongStream.of(answer).limit(answer.length - 1L).boxed().toList();
        if (beginning.isEmpty() || after.containsKey(beginning)) {
          continue;
        }
        addRun(sequence.slot, sequence.size(), beginning.size());
        for (int i = 0; i < beginning.size(); i++) {
          after.putIfAbsent(beginning.subList(0, i + 1), ask(count()));
          add(beginning.get(i), sequence.size() + i);
        }
      }
      return after;
    }

    /**
     * Adds rows without meaning: up to a multiple of {@link #ROWS}; where it is exact, to writing
     * rows alone, up to the number of slots.
     */
    void pad() {
      if (!settings.exact()) {
        while (count() > ROWS && count() % ROWS != 0) {
          addMeaningless();
        }
      } else if (decode > 0) {
        while (count() < settings.slots()) {
          ask(count());
          addMeaningless();
        }
      }
    }

    /** Asks for what follows a row. */
    int ask(int row) {
      asked.add((long) row);
      return asked.size() - 1;
    }

    private void addRun(int slot, int position, int rows) {
      runs.addAll(List.of((long) slot, (long) count(), (long) rows, (long) position));
    }

    private void add(long token, int position) {
      tokens.add(token);
      positions.add((long) position);
    }

    private void addMeaningless() {
      add(0, slotLength - 1);
    }
  }
}
