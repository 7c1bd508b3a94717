package io.assize.judge.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.assize.judge.generate.StepRunner.DeviceLostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.core.config.Configurator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Random histories of a batch over a made-up engine, whatever its size, precision and reuse: every
 * sequence ends once, with the answer that it has alone; nobody starves; no slot is held by two; a
 * step that fails changes nothing. The engine itself refuses rows beyond the budgets. {@code
 * -Dassize.test.long=true} tries 100,000 in all.
 */
class BatchHistoriesTest {
  private static final int COUNT = Boolean.getBoolean("assize.test.long") ? 25_000 : 5_000;
  private static final int VOCABULARY = 24;
  private static final long DAMAGED = 1;
  private static final long END = 2;
  private static final long POISON = 3;
  private static final long FIRST_TEXT_TOKEN = 4;
  private static final String LOGGER = "io.assize.judge.generate";

  @BeforeAll
  static void faultsAreNoNews() {
    Configurator.setLevel(LOGGER, Level.OFF);
  }

  @AfterAll
  static void faultsAreNewsAgain() {
    Configurator.setLevel(LOGGER, Level.DEBUG);
  }

  @Test
  void everySequenceIsAnsweredAsIfItWereAlone() throws InterruptedException {
    int answered = 0;
    for (int seed = 0; seed < COUNT; seed++) {
      answered += new History(seed, 0, 0).play();
    }
    assertThat(answered).isGreaterThan(3 * COUNT);
  }

  @Test
  void theAbandonedLeaveAndNobodyElseIsTouched() throws InterruptedException {
    for (int seed = 0; seed < COUNT; seed++) {
      new History(seed, 0.1, 0).play();
    }
  }

  @Test
  void anEngineThatThrowsNowAndThenCostsTheBlamedOnly() throws InterruptedException {
    int answered = 0;
    for (int seed = 0; seed < COUNT; seed++) {
      answered += new History(seed, 0.03, 0.01).play();
    }
    assertThat(answered).isGreaterThan(2 * COUNT);
  }

  @Test
  void anEngineThatThrowsOftenEndsAllAllTheSame() throws InterruptedException {
    for (int seed = 0; seed < COUNT; seed++) {
      new History(seed, 0.03, 0.4).play();
    }
  }

  /** Where a sequence stands, for comparing. */
  private record Standing(
      int slot, int cached, int size, long turn, Sequence.Phase phase, boolean ended) {
    static Standing of(Asked asked) {
      return new Standing(
          asked.slot, asked.cached, asked.size(), asked.turn, asked.phase, asked.ended());
    }
  }

  /** One batch, from the first sequence to the last. */
  private static final class History {
    private final int seed;
    private final SplittableRandom random;
    private final BatchSettings settings;
    private final MadeUpEngine engine;
    private final ContinuousBatch batch;
    private final double abandons;
    private final boolean faulty;
    private final boolean damages;
    private final List<Asked> submitted = new ArrayList<>();
    private final int positions;
    private final long[] shared;
    private final int count;
    private Map<Asked, Standing> before = Map.of();
    private boolean failed;
    private boolean lost;

    History(int seed, double abandons, double faults) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.abandons = abandons;
      this.faulty = faults > 0;
      // Whose numbers are not finite has to be found out: not where others make it leave before.
      this.damages = abandons == 0 && faults == 0 && random.nextInt(4) == 0;
      this.positions = random.nextInt(8) == 0 ? 700 : 100 + random.nextInt(200);
      int longest = SlotCache.roundUp(positions);
      this.settings =
          new BatchSettings(
              1 + random.nextInt(5),
              longest,
              longest * (1 + random.nextInt(3)) + random.nextInt(128),
              16 + random.nextInt(60),
              random.nextInt(4) == 0,
              random.nextInt(4) > 0);
      this.engine = new MadeUpEngine(VOCABULARY, settings);
      this.engine.damaged = DAMAGED;
      this.engine.poison = POISON;
      this.engine.fails = () -> faulty && random.nextDouble() < faults;
      this.engine.beforeStep = () -> before = standings();
      this.engine.beforeFailure = this::stepFails;
      this.batch = new ContinuousBatch(engine, settings, Set.of(END));
      this.shared = text(positions);
      this.count = 1 + random.nextInt(8);
    }

    /** Plays it to its end and gives how many were answered. */
    int play() throws InterruptedException {
      try {
        return played();
      } catch (AssertionError e) {
        throw new AssertionError(this + ": " + e.getMessage(), e);
      }
    }

    private int played() throws InterruptedException {
      // A step reads or writes a row of somebody at least, or ends somebody.
      long most = 10;
      while (submitted.size() < count || !lives().isEmpty()) {
        if (submitted.size() < count && (lives().isEmpty() || random.nextInt(3) == 0)) {
          Asked asked = asked();
          submitted.add(asked);
          batch.submit(asked);
          most += asked.reservation() + 2;
        }
        for (Asked asked : lives()) {
          asked.abandoned |= random.nextDouble() < abandons / 10;
        }
        if (!lives().isEmpty()) {
          check(most-- > 0, "it does not end: %s", submitted);
          step();
        }
        if (lost) {
          break;
        }
      }
      submitted.forEach(this::checkEnd);
      // With others, and then alone, whereafter it is the one to blame.
      long poisons = submitted.stream().filter(asked -> asked.has(POISON)).count();
      check(engine.poisoned <= 2 * poisons, "poison was tried %d times", engine.poisoned);
      return (int) submitted.stream().filter(asked -> asked.failure == null).count();
    }

    @Override
    public String toString() {
      return "history " + seed + " with " + settings;
    }

    private void step() throws InterruptedException {
      failed = false;
      before = Map.of();
      Map<Asked, Standing> earlier = standings();
      try {
        batch.step();
      } catch (DeviceLostException | MadeUpEngine.Failure e) {
        // The judge ends all that waits.
        check(failed, "lost for no reason");
        lost = true;
        return;
      }
      check(engine.refused == null, "the engine cannot do that: %s", engine.refused);
      checkSlots();
      checkOrder();
      if (!failed) {
        checkProgress(earlier);
      }
    }

    private void checkSlots() {
      Set<Integer> slots = new HashSet<>();
      for (Asked asked : submitted) {
        boolean holds = asked.slot >= 0;
        check(!holds || slots.add(asked.slot), "slot %d is held twice", asked.slot);
        check(asked.slot < settings.slots(), "slot %d", asked.slot);
        check(!holds || !asked.ended(), "%s has ended and holds a slot", asked);
        check(asked.cached <= asked.size(), "%s has rows of no token", asked);
        check(asked.size() < asked.reservation(), "%s is longer than reserved", asked);
        asked.entered |= holds || asked.ended();
      }
    }

    /** Nobody comes in before who came before. */
    private void checkOrder() {
      boolean waits = false;
      for (Asked asked : submitted) {
        if (!asked.abandoned) {
          check(!waits || !asked.entered, "%s came in before its turn", asked);
          waits |= !asked.entered;
        }
      }
    }

    /** In each step all that write go on, and the first that reads; or, exact, one of the two. */
    private void checkProgress(Map<Asked, Standing> earlier) {
      List<Asked> writing = new ArrayList<>();
      Asked first = null;
      for (Map.Entry<Asked, Standing> one : earlier.entrySet()) {
        Standing was = one.getValue();
        if (was.slot() < 0 || one.getKey().abandoned) {
          continue;
        }
        if (was.phase() == Sequence.Phase.WRITING) {
          writing.add(one.getKey());
        } else if (first == null || was.turn() < earlier.get(first).turn()) {
          first = one.getKey();
        }
      }
      boolean wrote = writing.stream().allMatch(asked -> progressed(asked, earlier));
      for (Asked asked : writing) {
        boolean asks = asked.slot >= 0 && asked.phase == Sequence.Phase.READING;
        boolean behind = asked.turn > earlier.get(asked).turn();
        check(!asks || behind, "%s reads before its turn", asked);
      }
      boolean read = first == null || progressed(first, earlier);
      check(settings.exact() ? wrote || read : wrote && read, "not all go on: %s", submitted);
    }

    private static boolean progressed(Asked asked, Map<Asked, Standing> earlier) {
      Standing was = earlier.get(asked);
      return asked.ended() || asked.cached > was.cached() || asked.phase != was.phase();
    }

    /** A step that fails has changed nobody. */
    private void stepFails() {
      failed = true;
      before.forEach(
          (asked, was) -> check(Standing.of(asked).equals(was), "%s was %s", asked, was));
    }

    private Map<Asked, Standing> standings() {
      Map<Asked, Standing> standings = new LinkedHashMap<>();
      for (Asked asked : submitted) {
        standings.put(asked, Standing.of(asked));
      }
      return standings;
    }

    private List<Asked> lives() {
      return submitted.stream().filter(asked -> !asked.abandoned && !asked.ended()).toList();
    }

    private void checkEnd(Asked asked) {
      if (asked.failure != null) {
        boolean own = asked.breaks && asked.failure instanceof UnsupportedOperationException;
        boolean engines =
            (faulty || asked.has(POISON)) && asked.failure instanceof MadeUpEngine.Failure;
        boolean numbers =
            asked.has(DAMAGED) && asked.failure.getMessage().contains("logits are not finite");
        check(own || engines || numbers, "%s: %s", asked, asked.failure);
      } else if (asked.text != null || asked.scores != null) {
        check(!asked.breaks && !asked.has(DAMAGED) && !asked.has(POISON), "%s was answered", asked);
        asked.checkAnswer(engine);
      } else {
        check(asked.abandoned || lost, "%s did not end", asked);
      }
      check(asked.ends <= 1, "%s ended %d times", asked, asked.ends);
    }

    private static void check(boolean holds, String what, Object... arguments) {
      if (!holds) {
        throw new AssertionError(String.format(Locale.ROOT, what, arguments));
      }
    }

    private Asked asked() {
      int most = positions - 30;
      int length = 1 + random.nextInt(random.nextInt(4) == 0 ? most : Math.min(most, 60));
      long[] prompt = text(length);
      if (random.nextBoolean()) {
        System.arraycopy(shared, 0, prompt, 0, random.nextInt(length + 1));
      }
      if (damages && random.nextInt(3) == 0) {
        prompt[random.nextInt(length)] = DAMAGED;
      }
      if (faulty && random.nextInt(12) == 0) {
        prompt[random.nextInt(length)] = POISON;
      }
      int newTokens = random.nextInt(3) == 0 ? 0 : 1 + random.nextInt(12);
      boolean asks = newTokens == 0 || random.nextBoolean();
      List<long[]> answers = asks ? answers() : null;
      long[] question = newTokens > 0 && asks ? text(1 + random.nextInt(4)) : new long[0];
      int seed = random.nextInt(3);
      Asked asked = new Asked(prompt, newTokens, seed, question, answers);
      asked.breaks = random.nextInt(20) == 0;
      return asked;
    }

    /** Some answers, that may share their beginnings. */
    private List<long[]> answers() {
      List<long[]> answers = new ArrayList<>();
      long[] beginning = text(2);
      for (int i = 0; i < 2 + random.nextInt(2); i++) {
        long[] answer = text(1 + random.nextInt(3));
        for (int at = 0; at < answer.length - 1 && random.nextBoolean(); at++) {
          answer[at] = beginning[at];
        }
        answers.add(answer);
      }
      return answers;
    }

    private long[] text(int length) {
      return random.longs(length, FIRST_TEXT_TOKEN, VOCABULARY).toArray();
    }
  }

  /** A sequence that remembers what became of it. */
  private static final class Asked extends Sequence {
    private final long[] prompt;
    private final int newTokens;
    private final int seed;
    private final long[] question;
    private final List<long[]> allowed;

    /** Whether what it does with its text or scores throws. */
    boolean breaks;

    boolean abandoned;
    boolean entered;
    int ends;
    long[] text;
    double[] scores;
    Throwable failure;

    /**
     * Makes one.
     *
     * @param seed 0: the most probable tokens
     * @param question what is asked after the text
     */
    Asked(long[] prompt, int newTokens, int seed, long[] question, List<long[]> allowed) {
      super(prompt, newTokens, sampler(seed, prompt), newTokens == 0 ? allowed : null);
      this.prompt = prompt;
      this.newTokens = newTokens;
      this.seed = seed;
      this.question = question;
      this.allowed = allowed;
    }

    private static Sampler sampler(int seed, long[] prompt) {
      return seed == 0 ? null : new Sampler(0.8, 0.9, seed, prompt);
    }

    @Override
    public String toString() {
      return "a prompt of " + prompt.length + " tokens: " + Standing.of(this);
    }

    boolean ended() {
      return ends > 0;
    }

    boolean has(long token) {
      return LongStream.of(prompt).anyMatch(one -> one == token);
    }

    @Override
    boolean abandoned() {
      return abandoned || ended();
    }

    @Override
    void written(boolean stopped) {
      text = newTokens(written());
      breakIfItDoes();
      if (allowed == null) {
        ends++;
      } else {
        ask(question, allowed);
      }
    }

    @Override
    void scored(double[] found) {
      breakIfItDoes();
      scores = found;
      ends++;
    }

    @Override
    void failed(Throwable cause) {
      failure = cause;
      ends++;
    }

    @Override
    boolean fine() {
      return true;
    }

    @Override
    int reservation() {
      int longest =
          allowed == null ? 0 : allowed.stream().mapToInt(answer -> answer.length).max().orElse(0);
      return prompt.length + newTokens + question.length + longest + 1;
    }

    private void breakIfItDoes() {
      if (breaks) {
        throw new UnsupportedOperationException("its own affair");
      }
    }

    /** Against the model itself, asked for this sequence alone. */
    void checkAnswer(MadeUpEngine engine) {
      long[] all = prompt;
      if (newTokens > 0) {
        long[] expected = expectedText(engine);
        assertThat(text).isEqualTo(expected);
        all = joined(joined(prompt, expected), question);
      }
      if (ends > 0 && allowed != null) {
        for (int i = 0; i < allowed.size(); i++) {
          assertThat(scores[i]).isCloseTo(expectedScore(engine, all, allowed.get(i)), within(1e-5));
        }
      }
    }

    private long[] expectedText(MadeUpEngine engine) {
      Sampler sampler = sampler(seed, prompt);
      long[] all = prompt;
      while (all.length < prompt.length + newTokens) {
        float[] logits = engine.logits(all, 0);
        long token = sampler == null ? MadeUpEngine.best(logits) : sampler.pick(logits);
        if (sampler != null) {
          sampler.taken();
        }
        if (token == END) {
          break;
        }
        all = joined(all, new long[] {token});
      }
      return Arrays.copyOfRange(all, prompt.length, all.length);
    }

    private static double expectedScore(MadeUpEngine engine, long[] before, long[] answer) {
      double sum = 0;
      for (int i = 0; i < answer.length; i++) {
        long[] beginning = joined(before, Arrays.copyOf(answer, i));
        float[] logits = engine.logits(beginning, i + 1);
        double all = 0;
        for (float logit : logits) {
          all += Math.exp(logit);
        }
        sum += logits[(int) answer[i]] - Math.log(all);
      }
      return sum;
    }

    private static long[] joined(long[] a, long[] b) {
      long[] both = Arrays.copyOf(a, a.length + b.length);
      System.arraycopy(b, 0, both, a.length, b.length);
      return both;
    }
  }
}
