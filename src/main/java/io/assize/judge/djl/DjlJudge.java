package io.assize.judge.djl;

import ai.djl.Device;
import io.assize.config.DecodingConfig;
import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.Judge;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Prompt;
import io.assize.judge.Question;
import io.assize.judge.VerdictParser;
import io.assize.judge.WorkDone;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A language model in this JVM, through DJL's PyTorch engine. Callers' threads tokenize; one thread
 * owns the device and runs a {@link ContinuousBatch} of all that is asked of it.
 *
 * <p>It thinks, then decides: with {@code decision = critique} it writes, and where the text states
 * no decision, the decision's beginning is appended and the probabilities of the allowed answers
 * are read; with {@code forced} they are read at once.
 */
public final class DjlJudge implements Judge {
  private static final Logger LOG = LoggerFactory.getLogger(DjlJudge.class);

  private final JudgeConfig config;
  private final ChatFormats formats;
  private final PromptTokenizer tokenizer;
  private final BatchDecoder decoder;
  private final ContinuousBatch batch;
  private final Map<DecisionRule, Asked> questions = new EnumMap<>(DecisionRule.class);
  private final MemoryEstimate memory;
  private final long layerWeights;
  private final int contextLength;
  private final ExecutorService worker;
  private final Queue<Runnable> errands = new ConcurrentLinkedQueue<>();

  /** Whatever somebody waits for: when the engine ends, so does all of this. */
  private final Map<Long, CompletableFuture<?>> awaited = new ConcurrentHashMap<>();

  private final AtomicLong asked = new AtomicLong();

  /** Gives answers out, so that what others do with one does not hold the engine's thread. */
  private final ExecutorService answers =
      Executors.newCachedThreadPool(thread("assize-djl-answer"));

  private volatile JudgeException closed;

  /** A question as tokens: its beginning at once and after a critique, and its answers. */
  private static final class Asked {
    private final Question question;
    private final long[] prefix;
    private final long[] prefixAfterText;
    private final List<long[]> answers;

    Asked(Question question, PromptTokenizer tokenizer) {
      this.question = question;
      this.prefix = tokenizer.encodeText(question.prefix());
      this.prefixAfterText = tokenizer.encodeText("\n" + question.prefix());
      this.answers = question.answers().stream().map(tokenizer::encodeText).toList();
    }

    int mostTokens() {
      return prefixAfterText.length + answers.stream().mapToInt(a -> a.length).max().orElse(0);
    }
  }

  private DjlJudge(
      JudgeConfig config,
      Checkpoint checkpoint,
      PromptTokenizer tokenizer,
      BatchDecoder decoder,
      MemoryEstimate memory,
      int contextLength,
      ExecutorService worker) {
    this.memory = memory;
    this.layerWeights = Decoder.layerWeights(checkpoint);
    this.config = config;
    this.formats = new ChatFormats(checkpoint);
    this.tokenizer = tokenizer;
    this.decoder = decoder;
    this.contextLength = contextLength;
    EngineConfig engine = config.engine();
    this.batch =
        new ContinuousBatch(
            decoder,
            engine.slots(),
            cacheTokens(engine, contextLength),
            engine.stepTokens(),
            engine.deterministic(),
            engine.prefixReuse(),
            checkpoint.endTokens());
    for (DecisionRule rule : DecisionRule.values()) {
      questions.put(rule, new Asked(Question.of(rule), tokenizer));
    }
    this.worker = worker;
  }

  /** Loads a model whose files nobody has checked before. */
  public static DjlJudge open(JudgeConfig config, String device) {
    return open(config, Map.of(), device);
  }

  /**
   * Loads the model and starts its thread.
   *
   * @param sums the sha-256 that each of its files must have, by name; empty where nobody knows
   * @param device {@code cpu}, or {@code gpu} and its address
   * @throws UserError where the model cannot be used, or its files are others than those
   */
  public static DjlJudge open(JudgeConfig config, Map<String, String> sums, String device) {
    return open(config, sums, device, decoder -> decoder);
  }

  /**
   * The same over a decoder that is not what it was.
   *
   * @param around makes it of the one that was loaded
   */
  static DjlJudge open(
      JudgeConfig asked,
      Map<String, String> sums,
      String device,
      UnaryOperator<BatchDecoder> around) {
    long start = System.nanoTime();
    JudgeConfig config = PrecisionChoice.here(asked, device);
    Path path = Path.of(config.model());
    CheckpointFiles files = new CheckpointFiles(CheckpointFiles.find(path).path(), sums);
    EngineConfig engine = config.engine();
    Precision precision = Precision.of(engine.precision());
    try (Checkpoint checkpoint = files.open()) {
      Decoder.checkShapes(checkpoint, path.toString());
      int context = Math.min(engine.contextLength(), checkpoint.config().contextLength());
      int cacheTokens = cacheTokens(engine, context);
      Device where = Device.fromName(device);
      Decoder.refuseUnusable(where);
      MemoryEstimate memory =
          MemoryEstimate.of(checkpoint, precision, cacheTokens, engine.stepTokens());
      LOG.info(
          "judge model {} on {} in {} with kernels {}: {}",
          files.name(),
          device,
          engine.precision(),
          KernelSet.used(device).text(),
          memory);
      memory.refuseTooLarge(where);
      int positions = ContinuousBatch.roundUp(context + 1);
      DjlJudge judge =
          started(
              config,
              checkpoint,
              memory,
              context,
              () ->
                  around.apply(
                      unchanged(
                          files,
                          checkpoint,
                          Decoder.load(
                              checkpoint,
                              where,
                              precision,
                              positions,
                              cacheTokens,
                              engine.threads()))));
      LOG.info(
          "judge model {} loaded from {} on {} in {} s",
          files.name(),
          path,
          device,
          String.format(Locale.ROOT, "%.1f", (System.nanoTime() - start) / 1e9));
      return judge;
    } catch (IOException e) {
      throw UserError.failure("model %s cannot be read: %s", path, e.getMessage());
    }
  }

  /** Loads the weights last; where anything fails, nothing of it stays. */
  private static DjlJudge started(
      JudgeConfig config,
      Checkpoint checkpoint,
      MemoryEstimate memory,
      int context,
      Callable<BatchDecoder> load)
      throws IOException {
    PromptTokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerJson(), config.model());
    ExecutorService worker = Executors.newSingleThreadExecutor(thread("assize-djl-judge"));
    Future<BatchDecoder> loaded =
        worker.submit(
            () -> {
              try (NativeWork work = NativeWork.begin()) {
                return load.call();
              }
            });
    try {
      BatchDecoder decoder = get(loaded);
      DjlJudge judge =
          new DjlJudge(config, checkpoint, tokenizer, decoder, memory, context, worker);
      worker.execute(judge::work);
      return judge;
    } catch (Throwable e) {
      // In the same thread, so after the loading, should that be under way still.
      worker.execute(() -> closeLoaded(loaded));
      worker.shutdown();
      tokenizer.close();
      throw e;
    }
  }

  /** A decoder of weights that are those that were checked. */
  private static Decoder unchanged(CheckpointFiles files, Checkpoint checkpoint, Decoder loaded)
      throws IOException {
    try {
      files.refuseChanged(checkpoint);
      return loaded;
    } catch (Throwable e) {
      loaded.close();
      throw e;
    }
  }

  private static void closeLoaded(Future<BatchDecoder> loaded) {
    try {
      loaded.get().close();
    } catch (ExecutionException e) {
      LOG.debug("there is no decoder to close", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    JudgeException gone = closed;
    return gone != null
        ? CompletableFuture.failedFuture(gone)
        : submit(tokens(prompt.messages(), prompt.chat()), prompt.rule(), prompt.attempt()).future;
  }

  /** Hands in a prompt that is tokens already; a null rule wants its text only. */
  Request submit(long[] tokens, DecisionRule rule) {
    return submit(tokens, rule, 0);
  }

  private Request submit(long[] tokens, DecisionRule rule, int attempt) {
    Request request = new Request(tokens, rule == null ? null : questions.get(rule), attempt);
    int most = request.reservation() - 1;
    if (most > contextLength) {
      request.future.completeExceptionally(
          JudgeException.tooLong(
              String.format(
                  Locale.ROOT,
                  "the prompt has %d tokens; with %d for the answer, more than the context of %d",
                  tokens.length,
                  most - tokens.length,
                  contextLength),
              tokens.length,
              Math.max(0, contextLength - (most - tokens.length))));
      return request;
    }
    await(request.future);
    batch.submit(request);
    return request;
  }

  /**
   * The log-probability of some tokens after others, summed over them; for studies of precisions.
   *
   * @param prompt at least one token
   */
  public CompletableFuture<Double> logProbability(long[] prompt, long[] continuation) {
    CompletableFuture<Double> future = await(new CompletableFuture<>());
    batch.submit(new Scored(prompt, continuation, future));
    return future;
  }

  /** The log-probability of an answer's text after a prompt and a question's beginning. */
  double score(long[] prompt, String prefix, String answer) {
    return logProbability(
            concat(prompt, tokenizer.encodeText(prefix)), tokenizer.encodeText(answer))
        .join();
  }

  @Override
  public WorkDone workDone() {
    return batch.done();
  }

  @Override
  public boolean alive() {
    return closed == null;
  }

  @Override
  public void close() {
    if (closed == null) {
      closed = new JudgeException(Reason.ENGINE_ERROR, "the judge was closed");
    }
    // What was not begun is ended here.
    worker.shutdownNow().forEach(Runnable::run);
    JudgeException gone = closed;
    awaited.values().forEach(future -> future.completeExceptionally(gone));
    boolean ended = false;
    try {
      ended = worker.awaitTermination(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ended) {
      tokenizer.close();
    }
    LOG.info("judge model unloaded after {}", workDone());
  }

  /**
   * The product and memory rates that this judge's PyTorch reaches at best here; for benchmarks,
   * while nothing else is asked of the judge.
   *
   * @return operations a second in int8 where the judge's precision is int8, else in float32; bytes
   *     a second
   */
  public double[] machineRates() {
    CompletableFuture<double[]> rates = await(new CompletableFuture<>());
    errands.add(
        () -> {
          try {
            rates.complete(new double[] {decoder.bestProductRate(), decoder.bestReadRate()});
          } catch (RuntimeException | Error e) {
            rates.completeExceptionally(e);
          }
        });
    return rates.join();
  }

  /** Bytes of all weights: what a step reads of memory at least. */
  public long weightBytes() {
    return memory.weights();
  }

  /** Weights of the layers: multiplications for one row, the head apart. */
  public long layerWeights() {
    return layerWeights;
  }

  /** The tokens of a chat as the model reads them. */
  public long[] tokens(List<ChatMessage> messages, String chat) {
    return tokenizer.encode(formats.of(chat).render(messages));
  }

  private void work() {
    Throwable cause = null;
    try {
      Decoder.prepareThread();
      batch.keepHeadRows(
          questions.values().stream().flatMap(asked -> asked.answers.stream()).toList());
      while (closed == null) {
        for (Runnable errand = errands.poll(); errand != null; errand = errands.poll()) {
          errand.run();
        }
        batch.step();
      }
    } catch (InterruptedException e) {
      LOG.debug("the judge's thread is to end", e);
    } catch (RuntimeException | Error e) {
      cause = e;
    }
    end(cause);
  }

  /** Ends all that is awaited, first of all, and frees the device. */
  private void end(Throwable cause) {
    try {
      if (closed == null) {
        closed =
            new JudgeException(
                Reason.ENGINE_ERROR,
                "the judge's engine failed: " + (cause == null ? "it was interrupted" : cause),
                cause);
      }
      JudgeException gone = closed;
      awaited.values().forEach(future -> give(() -> future.completeExceptionally(gone)));
      if (cause != null) {
        LOG.error("the judge's engine failed", cause);
      }
    } finally {
      answers.shutdown();
      free();
    }
  }

  private void free() {
    try {
      decoder.close();
    } catch (RuntimeException | Error e) {
      LOG.warn("the judge's memory may not be free", e);
    }
  }

  /** Sees to it that a future ends when the engine does. */
  private <T> CompletableFuture<T> await(CompletableFuture<T> future) {
    long number = asked.incrementAndGet();
    awaited.put(number, future);
    future.whenComplete((value, error) -> awaited.remove(number));
    JudgeException gone = closed;
    if (gone != null) {
      future.completeExceptionally(gone);
    }
    return future;
  }

  /** Completes a future in a thread of its own, or here where there can be none. */
  private void give(Runnable completion) {
    try {
      answers.execute(completion);
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      completion.run();
    }
  }

  /**
   * A judge has one thread for all that PyTorch does, from loading on: each thread that asks it for
   * parallel work gets threads of its own from OpenMP, and with more of those than cores each
   * barrier sleeps.
   */
  private static ThreadFactory thread(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private static BatchDecoder get(Future<BatchDecoder> loaded) throws IOException {
    try {
      return loaded.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the judge was loading", e);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause();
      if (cause instanceof IOException failure) {
        throw failure;
      }
      if (cause instanceof RuntimeException failure) {
        throw failure;
      }
      if (cause instanceof Error failure) {
        throw failure;
      }
      throw new IllegalStateException(cause);
    }
  }

  private static int cacheTokens(EngineConfig engine, int context) {
    return Math.max(engine.cacheTokens(), ContinuousBatch.roundUp(context + 1));
  }

  /** Whether a text is to be written, before a question if there is one. */
  private boolean writes(Asked asked) {
    return asked == null || config.decoding().writes();
  }

  /** A prompt on its way to a completion. */
  final class Request extends Sequence {
    final CompletableFuture<Completion> future = new CompletableFuture<>();
    private final Asked asked;
    private int textTokens;

    private Request(long[] prompt, Asked asked, int attempt) {
      super(
          writes(asked) ? prompt : concat(prompt, asked.prefix),
          writes(asked) ? config.decoding().maxNewTokens() : 0,
          samplerOf(config.decoding().again(attempt), prompt),
          writes(asked) ? null : asked.answers);
      this.asked = asked;
    }

    /** The tokens written; to be asked for when the future has completed. */
    long[] tokens() {
      return newTokens(textTokens);
    }

    @Override
    boolean abandoned() {
      return future.isDone();
    }

    @Override
    void written(boolean stopped) {
      textTokens = written();
      String text = tokenizer.decode(tokens());
      DecisionRule rule = asked == null ? null : asked.question.rule();
      if (VerdictParser.suffices(config.decoding(), rule, text)) {
        answer(
            new Completion(
                text,
                null,
                promptLength(),
                textTokens,
                stopped ? Completion.STOP : Completion.LENGTH));
      } else {
        ask(asked.prefixAfterText, asked.answers);
      }
    }

    @Override
    void scored(double[] scores) {
      double[] used = scores.clone();
      for (int i = 0; i < used.length && config.decoding().lengthNormalised(); i++) {
        used[i] /= asked.answers.get(i).length;
      }
      answer(
          new Completion(
              config.decoding().writes() ? tokenizer.decode(tokens()) : null,
              asked.question.ruling(used, config.decoding().rating().equals("expected")),
              promptLength(),
              textTokens,
              Completion.FORCED));
    }

    private void answer(Completion completion) {
      give(() -> future.complete(completion));
    }

    @Override
    void failed(Throwable cause) {
      Throwable failure =
          cause instanceof JudgeException
              ? cause
              : new JudgeException(Reason.ENGINE_ERROR, "the engine failed: " + cause, cause);
      give(() -> future.completeExceptionally(failure));
    }

    @Override
    boolean fine() {
      return true;
    }

    /** One position more than its tokens: rows without meaning are kept in a slot's last one. */
    @Override
    int reservation() {
      int writes = writes(asked) ? config.decoding().maxNewTokens() : 0;
      return promptLength() + writes + (asked == null ? 0 : asked.mostTokens()) + 1;
    }
  }

  /** A text whose probability is asked, no more. */
  private final class Scored extends Sequence {
    private final CompletableFuture<Double> future;
    private final int positions;

    Scored(long[] prompt, long[] continuation, CompletableFuture<Double> future) {
      super(prompt, 0, null, List.of(continuation));
      this.future = future;
      this.positions = prompt.length + continuation.length + 1;
    }

    @Override
    boolean abandoned() {
      return future.isDone();
    }

    @Override
    void written(boolean byModel) {
      throw new IllegalStateException("it writes nothing");
    }

    @Override
    void scored(double[] scores) {
      give(() -> future.complete(scores[0]));
    }

    @Override
    void failed(Throwable cause) {
      give(() -> future.completeExceptionally(cause));
    }

    /** No: its answer is a text, whose rows shall be like those of prompts. */
    @Override
    boolean fine() {
      return false;
    }

    @Override
    int reservation() {
      return positions;
    }
  }

  private static Sampler samplerOf(DecodingConfig decoding, long[] prompt) {
    return decoding.greedy()
        ? null
        : new Sampler(decoding.temperature(), decoding.topP(), decoding.seed(), prompt);
  }

  private static long[] concat(long[] a, long[] b) {
    long[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
