package io.assize.judge.generate;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An engine's cache as slots: which sequence is at work in each, and the rows of which tokens each
 * holds. A fixed number of positions is divided into equal slots as long as the longest sequence at
 * work needs, so many short sequences or few long ones share it, and its memory is known
 * beforehand. A prompt's beginning that a slot holds already, of a sequence at work or one that has
 * left, is copied instead of read.
 *
 * <p>What the engine refuses to do changes nothing here.
 */
final class SlotCache {
  private static final Logger LOG = LoggerFactory.getLogger(SlotCache.class);

  /** Slots are multiples of so many positions. */
  private static final int GRAIN = StepPlan.PIECE / 2;

  /** Shorter common beginnings are read again: copying has a cost of its own. */
  private static final int LEAST_REUSE = 16;

  /** Slots that are long enough are not made shorter before so many steps: it moves the cache. */
  private static final int SETTLED = 256;

  private final Engine engine;
  private final BatchSettings settings;
  private final WorkCount work;

  private int length = GRAIN;
  private int stepsSinceDivision;

  /** What is at work in each slot, and what the slot's cache holds, be it of one that has left. */
  private Sequence[] slots = new Sequence[0];

  private Held[] held = new Held[0];

  /** Slots that a step left with numbers that are not finite. */
  private final List<Integer> spoilt = new ArrayList<>();

  private long turns;

  /** Tokens whose keys and values a slot holds for others to copy. */
  private record Held(Sequence of, int count) {}

  SlotCache(Engine engine, BatchSettings settings, WorkCount work) {
    this.engine = engine;
    this.settings = settings;
    this.work = work;
  }

  /**
   * The slot that so many positions take: whole grains, but none of 513 to 1024 positions, for
   * which attention would sum in another order than for all others (see {@code reach} in the
   * decoder's graph).
   */
  static int roundUp(int positions) {
    int grains = (positions + GRAIN - 1) / GRAIN * GRAIN;
    return grains > 512 && grains <= 1024 ? 1088 : grains;
  }

  /** Positions of a slot. */
  int length() {
    return length;
  }

  /** The sequences that write, in the order of their slots. */
  List<Sequence> writing() {
    return atWork(Sequence.Phase.WRITING);
  }

  /** The sequences that read, in the order in which they began to. */
  List<Sequence> reading() {
    List<Sequence> reading = atWork(Sequence.Phase.READING);
    reading.sort(Comparator.comparingLong(sequence -> sequence.turn));
    return reading;
  }

  boolean isIdle() {
    for (Sequence sequence : slots) {
      if (sequence != null) {
        return false;
      }
    }
    return true;
  }

  /** Sees that there is a free slot of so many positions, by dividing the cache anew if need be. */
  boolean makeRoom(int positions) {
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
    int count = Math.min(settings.slots(), settings.cacheTokens() / wanted);
    if (count <= atWork || (fits && count <= slots.length && 2 * wanted > length)) {
      return fits;
    }
    divide(count, wanted);
    return true;
  }

  /** Takes a sequence into a free slot, with as much of its prompt as some slot holds. */
  void place(Sequence sequence) {
    int shared = 0;
    int source = -1;
    for (int slot = 0; slot < slots.length && settings.reuse(); slot++) {
      int common = common(sequence, held[slot]);
      // Of equals, one whose slot is free: it need not be copied.
      if (common > shared || (common == shared && source >= 0 && slots[source] != null)) {
        shared = common;
        source = slot;
      }
    }
    int target = source >= 0 && slots[source] == null ? source : freeSlot();
    if (shared < (settings.exact() ? StepPlan.PIECE : LEAST_REUSE)) {
      shared = 0;
    } else if (target != source) {
      copy(source, target, shared);
    }
    engine.begin(target, sequence.reservation());
    sequence.slot = target;
    sequence.cached = shared;
    work.reused(shared);
    slots[target] = sequence;
    held[target] = new Held(sequence, shared);
    queue(sequence);
  }

  /** Puts a sequence that is to read behind all others that do. */
  void queue(Sequence sequence) {
    sequence.turn = turns++;
  }

  /** A step has put so many more of a sequence's rows into its slot. */
  void advance(Sequence sequence, int rows) {
    sequence.cached += rows;
    held[sequence.slot] = new Held(sequence, reusable(sequence));
  }

  /** Counts a step, for the time that a division has stood. */
  void stepped() {
    stepsSinceDivision++;
  }

  /** A sequence goes; its slot is free, and others may copy what it holds. */
  void leave(Sequence sequence) {
    slots[sequence.slot] = null;
    sequence.slot = -1;
  }

  /** A sequence goes, if it is here; what its slot holds is not for others. */
  void expel(Sequence sequence) {
    if (sequence.slot >= 0) {
      held[sequence.slot] = null;
      leave(sequence);
    }
  }

  /** Removes the sequences that nobody waits for any more. */
  void leaveAbandoned() {
    for (Sequence sequence : slots) {
      if (sequence != null && sequence.abandoned()) {
        leave(sequence);
      }
    }
  }

  /** A sequence's slot has numbers that are not finite: it is to be cleaned. */
  void spoil(Sequence sequence) {
    spoilt.add(sequence.slot);
  }

  /**
   * Overwrites the slots of sequences whose numbers were not finite: attention gives what lies
   * behind a later sequence's end the weight 0, and 0 times NaN is NaN. One slot is filled with the
   * rows of a token, whole, so that nothing of what was there is read; the others are its copies.
   */
  void cleanSpoilt() {
    if (spoilt.isEmpty()) {
      return;
    }
    long start = System.nanoTime();
    int first = spoilt.get(0);
    long[] positions = LongStream.range(0, length).toArray();
    long[] run = {first, 0, length, 0};
    long[] asked = {length - 1L};
    engine.step(new long[length], positions, 0, run, asked, new long[0], settings.exact()).close();
    for (int slot : spoilt.subList(1, spoilt.size())) {
      engine.copy(first, slot, length);
    }
    spoilt.clear();
    work.moved(System.nanoTime() - start);
  }

  /**
   * Moves the last writing sequences into gaps before them: a step costs all slots up to the last.
   */
  void closeGaps() {
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

  private List<Sequence> atWork(Sequence.Phase phase) {
    List<Sequence> found = new ArrayList<>();
    for (Sequence sequence : slots) {
      if (sequence != null && sequence.phase == phase) {
        found.add(sequence);
      }
    }
    return found;
  }

  /**
   * How many of a sequence's rows others may copy: a last row that was scored is finer than theirs.
   */
  private static int reusable(Sequence sequence) {
    boolean scored = sequence.answers() != null && sequence.unread() == 0;
    return scored && sequence.fine() ? sequence.cached - 1 : sequence.cached;
  }

  /** How many first tokens of a prompt a slot holds; its last token is always read anew. */
  private int common(Sequence sequence, Held of) {
    if (of == null || !engine.alike(sequence.reservation(), of.of().reservation())) {
      return 0;
    }
    int most = Math.min(sequence.promptLength() - 1, of.count());
    int common = 0;
    while (common < most && sequence.token(common) == of.of().token(common)) {
      common++;
    }
    return settings.exact() ? common / StepPlan.PIECE * StepPlan.PIECE : common;
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

  /** Moving what was read is a part of reading. */
  private void copy(int source, int target, int positions) {
    long start = System.nanoTime();
    engine.copy(source, target, positions);
    work.moved(System.nanoTime() - start);
  }

  private void divide(int count, int newLength) {
    List<Integer> kept = keptSlots(count);
    long[] sources = kept.stream().mapToLong(Integer::longValue).toArray();
    long[] counts =
        kept.stream().mapToLong(slot -> Math.min(held[slot].count(), newLength - 1)).toArray();
    long start = System.nanoTime();
    engine.rearrange(count, newLength, sources, counts);
    work.moved(System.nanoTime() - start);
    Sequence[] newSlots = new Sequence[count];
    Held[] newHeld = new Held[count];
    for (int i = 0; i < kept.size(); i++) {
      int slot = kept.get(i);
      newSlots[i] = slots[slot];
      newHeld[i] = new Held(held[slot].of(), (int) counts[i]);
      if (newSlots[i] != null) {
        newSlots[i].slot = i;
      }
    }
    slots = newSlots;
    held = newHeld;
    length = newLength;
    stepsSinceDivision = 0;
    LOG.debug("cache divided into {} slots of {} tokens", count, newLength);
  }

  /**
   * The slots at work, then those that hold beginnings of sequences that have left, if they fit.
   */
  private List<Integer> keptSlots(int count) {
    List<Integer> kept = new ArrayList<>();
    IntStream.range(0, slots.length).filter(slot -> slots[slot] != null).forEach(kept::add);
    for (int slot = 0; slot < slots.length && kept.size() < count; slot++) {
      if (slots[slot] == null && held[slot] != null) {
        kept.add(slot);
      }
    }
    return kept;
  }
}
