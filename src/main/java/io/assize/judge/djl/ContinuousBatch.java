package io.assize.judge.djl;

import io.assize.judge.JudgeException;
import io.assize.judge.WorkDone;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Continuous batching over the slots of a {@link Decoder}: each step takes one row for every
 * sequence that writes and fills up with rows of prompts, so that neither starves; a finished
 * sequence leaves and a waiting one enters between two steps. One thread runs it; any may hand in.
 *
 * <p>The cache has a fixed number of positions. It is divided into equal slots as long as the
 * longest sequence at work needs, so many short sequences or few long ones share it, and its memory
 * is known beforehand. A prompt's beginning that a slot holds already, of a sequence at work or one
 * that has left, is copied instead of read.
 *
 * <p>With {@code exact}, a step reads a piece of one prompt, cut at fixed positions, or takes one
 * row for each of a fixed number of sequences, so that no matrix has a shape that neighbours
 * decide.
 */
final class ContinuousBatch {
  private static final Logger LOG = LoggerFactory.getLogger(ContinuousBatch.class);

  /** Slots are multiples of so many positions; exact prompts are cut at multiples of twice this. */
  private static final int GRAIN = 128;

  private static final int PIECE = 2 * GRAIN;

  /** Shorter common beginnings are read again: copying has a cost of its own. */
  private static final int LEAST_REUSE = 16;

  /** Rows come in multiples of this, so that shapes, for which kernels are made, recur. */
  private static final int ROWS = 16;

  /** Slots that are long enough are not made shorter before so many steps: it moves the cache. */
  private static final int SETTLED = 256;

  private final BatchDecoder decoder;
  private final int maxSlots;
  private final int cacheTokens;
  private final int stepTokens;
  private final boolean exact;
  private final boolean reuse;
  private final Set<Long> endTokens;

  private final LinkedBlockingQueue<Sequence> waiting = new LinkedBlockingQueue<>();

  /** Taken from the queue, but without a slot yet. */
  private Sequence next;

  private int length = GRAIN;
  private int stepsSinceDivision;

  /** What is at work in each slot, and what the slot's cache holds, be it of one that has left. */
  private Sequence[] slots = new Sequence[0];

  private Held[] held = new Held[0];

  /** Sequences whose tokens are being read, in the order in which they came. */
  private final List<Sequence> reading = new ArrayList<>();

  /** The head's rows of tokens of answers. */
  private Map<Long, float[]> kept = Map.of();

  /** Slots that a step left with numbers that are not finite. */
  private final List<Integer> spoilt = new ArrayList<>();

  private int failuresInARow;
  private long prefillTokens;
  private long prefillNanos;
  private long decodeTokens;
  private long decodeNanos;
  private long reusedTokens;
  private volatile WorkDone done = WorkDone.NONE;

  /** Tokens whose keys and values a slot holds for others to copy. */
  private record Held(Sequence of, int count) {}

  /**
   * Makes a batch.
   *
   * @param maxSlots most sequences at work
   * @param cacheTokens positions that the decoder has allocated
   * @param stepTokens rows of a step
   */
  ContinuousBatch(
      BatchDecoder decoder,
      int maxSlots,
      int cacheTokens,
      int stepTokens,
      boolean exact,
      boolean reuse,
      Set<Long> endTokens) {
    this.decoder = decoder;
    this.maxSlots = maxSlots;
    this.cacheTokens = cacheTokens;
    this.stepTokens = stepTokens;
    this.exact = exact;
    this.reuse = reuse;
    this.endTokens = Set.copyOf(endTokens);
  }

  /**
   * The slot that so many positions take: whole grains, but none of 513 to 1024 positions, for
   * which attention would sum in another order than for all others (see {@code reach} in the
   * graph).
   */
  static int roundUp(int positions) {
    int grains = (positions + GRAIN - 1) / GRAIN * GRAIN;
    return grains > 512 && grains <= 1024 ? 1088 : grains;
  }

  /** Keeps the head's rows of tokens that will be asked for again and again. */
  void keepHeadRows(List<long[]> answers) {
    kept = headRows(answers);
  }

  void submit(Sequence sequence) {
    waiting.add(sequence);
  }

  WorkDone done() {
    return done;
  }

  /** Takes one step; waits a while where there is nothing to do. */
  void step() throws InterruptedException {
    leaveAbandoned();
    if (reading.isEmpty() && writing() == 0 && next == null) {
      next = waiting.poll(100, TimeUnit.MILLISECONDS);
      if (next == null) {
        return;
      }
    }
    try (NativeWork work = NativeWork.begin()) {
      Step step = exact ? exactStep() : mixedStep();
      if (!step.isEmpty()) {
        run(step);
      }
    }
  }

  private Step mixedStep() {
    Step step = new Step();
    if (reading.isEmpty() && waiting.isEmpty() && next == null) {
      closeGaps();
    }
    // All who come in come before the first row is made: their coming can move slots.
    long pending = 0;
    for (Sequence sequence : reading) {
      pending += sequence.size() - sequence.cached;
    }
    int free = stepTokens - writing();
    while (pending < free && admit()) {
      Sequence last = reading.get(reading.size() - 1);
      pending += last.size() - last.cached;
    }
    step.addWriting();
    int budget = Math.max(stepTokens - step.rows(), ROWS);
    for (Sequence sequence : reading) {
      if (budget > 0) {
        budget -= step.addReading(sequence, budget);
      }
    }
    step.pad();
    return step;
  }

  /** Reads where there is something to read, so that slots fill; writes otherwise. */
  private Step exactStep() {
    Step step = new Step();
    if (!reading.isEmpty() || admit()) {
      Sequence sequence = reading.get(0);
      step.addReading(sequence, toNextCut(sequence));
    } else {
      step.addWriting();
      step.pad();
    }
    return step;
  }

  /** Tokens up to the next of the fixed positions where exact prompts are cut. */
  private static int toNextCut(Sequence sequence) {
    return PIECE - sequence.cached % PIECE;
  }

  private void leaveAbandoned() {
    for (Sequence sequence : slots) {
      if (sequence != null && sequence.abandoned()) {
        leave(sequence);
      }
    }
    reading.removeIf(sequence -> sequence.slot < 0);
  }

  /** Takes a waiting sequence into a free slot; false where none waits or none fits now. */
  private boolean admit() {
    while (next == null || next.abandoned()) {
      next = waiting.poll();
      if (next == null) {
        return false;
      }
    }
    if (!makeRoom(next.reservation())) {
      return false;
    }
    Sequence sequence = next;
    next = null;
    int shared = 0;
    int source = -1;
    for (int slot = 0; slot < slots.length && reuse; slot++) {
      int common = common(sequence, held[slot]);
      // Of equals, one whose slot is free: it need not be copied.
      if (common > shared || (common == shared && source >= 0 && slots[source] != null)) {
        shared = common;
        source = slot;
      }
    }
    int target = source >= 0 && slots[source] == null ? source : freeSlot();
    if (shared < (exact ? PIECE : LEAST_REUSE)) {
      shared = 0;
    } else if (target != source) {
      copy(source, target, shared);
    }
    sequence.slot = target;
    sequence.cached = shared;
    reusedTokens += shared;
    slots[target] = sequence;
    held[target] = new Held(sequence, shared);
    reading.add(sequence);
    return true;
  }

  /**
   * How many of a sequence's rows others may copy: a last row that was scored is finer than theirs.
   */
  private static int reusable(Sequence sequence) {
    boolean scored = sequence.answers() != null && sequence.cached == sequence.size();
    return scored && sequence.fine() ? sequence.cached - 1 : sequence.cached;
  }

  /** How many first tokens of a prompt a slot holds; its last token is always read anew. */
  private int common(Sequence sequence, Held of) {
    if (of == null) {
      return 0;
    }
    int most = Math.min(sequence.promptLength() - 1, of.count());
    int common = 0;
    while (common < most && sequence.token(common) == of.of().token(common)) {
      common++;
    }
    return exact ? common / PIECE * PIECE : common;
  }

  /** The free slot whose cache holds least. */
  private int freeSlot() {
    int best = -1;
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] == null
          && (best < 0
              || (held[best] != null
                  && (held[slot] == null || held[slot].count() < held[best].count())))) {
        best = slot;
      }
    }
    return best;
  }

  /** Sees that there is a free slot of so many positions, by dividing the cache anew if need be. */
  private boolean makeRoom(int positions) {
    int longest = positions;
    int atWork = 0;
    for (Sequence sequence : slots) {
      if (sequence != null) {
        longest = Math.max(longest, sequence.reservation());
        atWork++;
      }
    }
    int wanted = roundUp(longest);
    boolean fits = positions <= length && atWork < slots.length;
    if (fits && (4 * wanted > 3 * length || stepsSinceDivision < SETTLED)) {
      return true;
    }
    int count = Math.min(maxSlots, cacheTokens / wanted);
    if (count <= atWork || (fits && count <= slots.length && 2 * wanted > length)) {
      return fits;
    }
    divide(count, wanted);
    return true;
  }

  /** Moving what was read is a part of reading. */
  private void copy(int source, int target, int positions) {
    long start = System.nanoTime();
    decoder.copy(source, target, positions);
    prefillNanos += System.nanoTime() - start;
  }

  private void divide(int count, int newLength) {
    List<Integer> kept = new ArrayList<>();
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] != null) {
        kept.add(slot);
      }
    }
    // Beginnings of those that have left, as far as they fit.
    for (int slot = 0; slot < slots.length && kept.size() < count; slot++) {
      if (slots[slot] == null && held[slot] != null) {
        kept.add(slot);
      }
    }
    Sequence[] newSlots = new Sequence[count];
    Held[] newHeld = new Held[count];
    long[] counts = new long[kept.size()];
    for (int i = 0; i < kept.size(); i++) {
      int slot = kept.get(i);
      int positions = Math.min(held[slot].count(), newLength - 1);
      counts[i] = positions;
      newSlots[i] = slots[slot];
      newHeld[i] = new Held(held[slot].of(), positions);
      if (newSlots[i] != null) {
        newSlots[i].slot = i;
      }
    }
    long start = System.nanoTime();
    decoder.rearrange(
        count, newLength, kept.stream().mapToLong(Integer::longValue).toArray(), counts);
    prefillNanos += System.nanoTime() - start;
    stepsSinceDivision = 0;
    LOG.debug("cache divided into {} slots of {} tokens", count, newLength);
    slots = newSlots;
    held = newHeld;
    length = newLength;
  }

  /**
   * Moves the last writing sequences into gaps before them: a step costs all slots up to the last.
   */
  private void closeGaps() {
    int low = 0;
    int high = slots.length - 1;
    while (true) {
      while (low < high && slots[low] != null) {
        low++;
      }
      while (high > low && slots[high] == null) {
        high--;
      }
      if (low >= high) {
        return;
      }
      Sequence moved = slots[high];
      copy(high, low, moved.cached);
      slots[low] = moved;
      held[low] = held[high];
      slots[high] = null;
      moved.slot = low;
    }
  }

  private int writing() {
    int count = 0;
    for (Sequence sequence : slots) {
      count += sequence != null && sequence.phase == Sequence.Phase.WRITING ? 1 : 0;
    }
    return count;
  }

  private Sequence leave(Sequence sequence) {
    slots[sequence.slot] = null;
    sequence.slot = -1;
    return sequence;
  }

  private void run(Step step) {
    stepsSinceDivision++;
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      isolate(step, e);
      return;
    }
    failuresInARow = 0;
    answer(step);
  }

  /** Counts a step's work before any answer of it is given: who has the answer sees the work. */
  private void answer(Step step) {
    done = new WorkDone(prefillTokens, prefillNanos, decodeTokens, decodeNanos, reusedTokens);
    step.finish();
    cleanSpoilt();
  }

  /** Repeats a failed step sequence by sequence; those that fail again are the ones to blame. */
  private void isolate(Step failed, Throwable cause) {
    LOG.warn(
        "a step of {} sequences failed and is repeated one by one", failed.all().size(), cause);
    int blamed = 0;
    for (Sequence sequence : failed.all()) {
      Step alone = new Step();
      if (sequence.phase == Sequence.Phase.WRITING) {
        alone.addWriting(sequence);
      } else {
        alone.addReading(sequence, exact ? toNextCut(sequence) : stepTokens);
      }
      alone.pad();
      try {
        alone.run();
      } catch (RuntimeException | Error e) {
        blamed++;
        drop(sequence, e);
        continue;
      }
      answer(alone);
    }
    failuresInARow = blamed == failed.all().size() ? failuresInARow + blamed : 0;
    if (failuresInARow > 2) {
      throw new DeviceLostException(cause);
    }
  }

  /** Takes out a sequence that cannot be answered; what its slot holds is not for others. */
  private void drop(Sequence sequence, Throwable cause) {
    reading.remove(sequence);
    if (sequence.slot >= 0) {
      held[sequence.slot] = null;
      leave(sequence);
    }
    sequence.failed(cause);
  }

  private void dropNotFinite(Sequence sequence) {
    spoilt.add(sequence.slot);
    drop(
        sequence,
        new JudgeException(
            JudgeException.Reason.ENGINE_ERROR,
            "the model's logits are not finite: its weights or its configuration are damaged"));
  }

  /**
   * Overwrites the slots of sequences whose numbers were not finite: attention gives what lies
   * behind a later sequence's end the weight 0, and 0 times NaN is NaN. One slot is filled with the
   * rows of a token, whole, so that nothing of what was there is read; the others are its copies.
   */
  private void cleanSpoilt() {
    if (spoilt.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    int first = spoilt.get(0);
    long[] places = LongStream.range(0, length).toArray();
    long[] run = {first, 0, length, 0};
    decoder
        .step(new long[length], places, 0, run, new long[] {length - 1L}, new long[0], exact)
        .close();
    for (int slot : spoilt.subList(1, spoilt.size())) {
      decoder.copy(first, slot, length);
    }
    spoilt.clear();
    prefillNanos += System.nanoTime() - start;
  }

  /** Nothing that the device was asked of late succeeded. */
  static final class DeviceLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeviceLostException(Throwable cause) {
      super("no sequence of a step could be computed: " + cause.getMessage(), cause);
    }
  }

  /** The rows of one step, whom they belong to, and what becomes of their logits. */
  private final class Step {
    private final LongStream.Builder tokens = LongStream.builder();
    private final LongStream.Builder positions = LongStream.builder();
    private final LongStream.Builder runs = LongStream.builder();
    private final LongStream.Builder asked = LongStream.builder();
    private final LongStream.Builder fine = LongStream.builder();
    private int decode;
    private int rows;
    private int askedRows;
    private int written;
    private int read;

    /** The asked row after which each sequence goes on, −1: its prompt is not read to its end. */
    private final Map<Sequence, Integer> ends = new LinkedHashMap<>();

    /** The rows cached for each sequence by this step. */
    private final Map<Sequence, Integer> advances = new LinkedHashMap<>();

    /** For each sequence that is scored, the asked row after each beginning of an answer. */
    private final Map<Sequence, Map<List<Long>, Integer>> beginnings = new LinkedHashMap<>();

    /** What follows for each sequence that is at an end of its rows. */
    private final Map<Sequence, Runnable> results = new LinkedHashMap<>();

    boolean isEmpty() {
      return rows == 0;
    }

    int rows() {
      return rows;
    }

    List<Sequence> all() {
      return List.copyOf(advances.keySet());
    }

    /**
     * A row for each writing sequence; slots between them that do not write get one of no meaning.
     */
    void addWriting() {
      for (int slot = 0; slot < slots.length; slot++) {
        if (slots[slot] != null && slots[slot].phase == Sequence.Phase.WRITING) {
          addWriting(slots[slot]);
        }
      }
    }

    void addWriting(Sequence sequence) {
      while (decode < sequence.slot) {
        if (exact) {
          ask(rows);
        }
        addRow(0, length - 1);
        decode++;
      }
      ends.put(sequence, ask(rows));
      addRow(sequence.token(sequence.cached), sequence.cached);
      advances.put(sequence, 1);
      decode++;
      written++;
    }

    /** Rows of a sequence's tokens, at most {@code budget}; with its last one, what it is asked. */
    int addReading(Sequence sequence, int budget) {
      int count = Math.min(budget, sequence.size() - sequence.cached);
      boolean last = sequence.cached + count == sequence.size();
      addRun(sequence.slot, sequence.cached, count);
      for (int i = 0; i < count; i++) {
        addRow(sequence.token(sequence.cached + i), sequence.cached + i);
      }
      ends.put(sequence, last ? ask(rows - 1) : -1);
      advances.put(sequence, count);
      read += count;
      if (last && sequence.answers() != null) {
        int first = askedRows - 1;
        addAnswers(sequence);
        if (sequence.fine()) {
          LongStream.range(first, askedRows).forEach(fine::add);
        }
      }
      return count;
    }

    /** Rows after all beginnings of answers; each answer's positions follow the last token. */
    private void addAnswers(Sequence sequence) {
      Map<List<Long>, Integer> after = new LinkedHashMap<>();
      for (long[] answer : sequence.answers()) {
        List<Long> beginning = LongStream.of(answer).limit(answer.length - 1L).boxed().toList();
        if (beginning.isEmpty() || after.containsKey(beginning)) {
          continue;
        }
        addRun(sequence.slot, sequence.size(), beginning.size());
        for (int i = 0; i < beginning.size(); i++) {
          after.putIfAbsent(beginning.subList(0, i + 1), ask(rows));
          addRow(beginning.get(i), sequence.size() + i);
        }
      }
      after.put(List.of(), ends.get(sequence));
      beginnings.put(sequence, after);
    }

    /**
     * Adds rows without meaning: up to a multiple of {@link #ROWS}; with {@code exact}, to writing
     * rows alone, up to the number of slots.
     */
    void pad() {
      if (!exact) {
        while (rows > ROWS && rows % ROWS != 0) {
          addRow(0, length - 1);
        }
      } else if (decode > 0) {
        while (rows < maxSlots) {
          ask(rows);
          addRow(0, length - 1);
        }
      }
    }

    private void addRun(int slot, int position, int count) {
      runs.add(slot).add(rows).add(count).add(position);
    }

    private void addRow(long token, int position) {
      tokens.add(token);
      positions.add(position);
      rows++;
    }

    private int ask(int row) {
      asked.add(row);
      return askedRows++;
    }

    /** Computes the step. What follows from it happens in {@link #finish}. */
    void run() {
      if (askedRows == 0) {
        ask(rows - 1);
      }
      long start = System.nanoTime();
      try (BatchDecoder.Logits logits =
          decoder.step(
              tokens.build().toArray(),
              positions.build().toArray(),
              decode,
              runs.build().toArray(),
              asked.build().toArray(),
              fine.build().toArray(),
              exact)) {
        for (Map.Entry<Sequence, Integer> end : ends.entrySet()) {
          Sequence sequence = end.getKey();
          if (end.getValue() >= 0) {
            results.put(
                sequence,
                sequence.answers() == null
                    ? choose(sequence, logits, end.getValue())
                    : score(sequence, logits));
          }
        }
      }
      count(System.nanoTime() - start);
      for (Map.Entry<Sequence, Integer> advance : advances.entrySet()) {
        Sequence sequence = advance.getKey();
        sequence.cached += advance.getValue();
        held[sequence.slot] = new Held(sequence, reusable(sequence));
      }
    }

    /** What one sequence's text or answer does is its own affair, however it fails. */
    void finish() {
      results.forEach(
          (sequence, result) -> {
            try {
              result.run();
            } catch (RuntimeException | Error e) {
              drop(sequence, e);
            }
          });
    }

    private Runnable choose(Sequence sequence, BatchDecoder.Logits logits, int row) {
      if (!Float.isFinite(logits.bestLogit(row))) {
        return () -> dropNotFinite(sequence);
      }
      long token =
          sequence.sampler() == null ? logits.best(row) : sequence.sampler().next(logits.row(row));
      return () -> take(sequence, token);
    }

    private void take(Sequence sequence, long token) {
      reading.remove(sequence);
      boolean stopped = endTokens.contains(token);
      if (!stopped) {
        sequence.append(token);
      }
      sequence.phase = Sequence.Phase.WRITING;
      if (stopped || sequence.full()) {
        sequence.written(stopped);
        if (sequence.phase == Sequence.Phase.READING) {
          reading.add(sequence);
        } else {
          leave(sequence);
        }
      }
    }

    private Runnable score(Sequence sequence, BatchDecoder.Logits logits) {
      Map<List<Long>, Integer> after = beginnings.get(sequence);
      Map<List<Long>, Set<Long>> next = new HashMap<>();
      for (long[] answer : sequence.answers()) {
        List<Long> beginning = new ArrayList<>();
        for (long token : answer) {
          next.computeIfAbsent(List.copyOf(beginning), b -> new HashSet<>()).add(token);
          beginning.add(token);
        }
      }
      Map<Long, float[]> heads = headRows(sequence.answers());
      Map<List<Long>, Map<Long, Double>> likely = new HashMap<>();
      next.forEach(
          (beginning, tokens) -> {
            int row = after.get(beginning);
            likely.put(
                beginning, logProbabilities(logits.row(row), logits.state(row), tokens, heads));
          });
      double[] scores =
          sequence.answers().stream()
              .mapToDouble(
                  answer -> {
                    double sum = 0;
                    List<Long> beginning = new ArrayList<>();
                    for (long token : answer) {
                      sum += likely.get(beginning).get(token);
                      beginning.add(token);
                    }
                    return sum;
                  })
              .toArray();
      if (!DoubleStream.of(scores).allMatch(Double::isFinite)) {
        return () -> dropNotFinite(sequence);
      }
      return () -> {
        reading.remove(sequence);
        leave(sequence);
        sequence.scored(scores);
      };
    }

    private void count(long nanos) {
      long reading = nanos * read / Math.max(1, read + written);
      prefillTokens += read;
      prefillNanos += reading;
      decodeTokens += written;
      decodeNanos += nanos - reading;
    }
  }

  private Map<Long, float[]> headRows(List<long[]> answers) {
    Set<Long> tokens =
        answers.stream().flatMapToLong(LongStream::of).boxed().collect(Collectors.toSet());
    return kept.keySet().containsAll(tokens) ? kept : decoder.headRows(tokens);
  }

  /**
   * Log-probabilities of some tokens. Their logits are computed anew, in double precision: those of
   * answers lie close together, and in bfloat16 they would be as many steps of 1/16 apart.
   *
   * @param values all logits, {@code [vocabulary]}
   * @param state what the head made them of, {@code [hidden]}
   */
  private static Map<Long, Double> logProbabilities(
      float[] values, float[] state, Set<Long> tokens, Map<Long, float[]> heads) {
    Map<Long, Double> logits = new HashMap<>();
    for (long token : tokens) {
      float[] head = heads.get(token);
      double sum = 0;
      for (int i = 0; i < state.length; i++) {
        sum += (double) state[i] * head[i];
      }
      logits.put(token, sum);
      values[(int) token] = (float) sum;
    }
    double normaliser = logSumExp(values);
    logits.replaceAll((token, logit) -> logit - normaliser);
    return logits;
  }

  /** log Σ exp. */
  static double logSumExp(float[] values) {
    float most = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      most = Math.max(most, value);
    }
    double sum = 0;
    for (float value : values) {
      sum += Math.exp(value - most);
    }
    return most + Math.log(sum);
  }
}
