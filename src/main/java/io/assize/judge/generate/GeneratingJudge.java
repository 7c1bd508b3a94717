package io.assize.judge.generate;

import io.assize.config.DecodingConfig;
import io.assize.judge.Completion;
import io.assize.judge.Judge;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Prompt;
import io.assize.judge.Question;
import io.assize.judge.WorkDone;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import java.io.IOException;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A judge that generates, over any {@link Engine}. Callers' threads tokenize; one thread owns the
 * engine, from its loading on, and runs a {@link ContinuousBatch} of all that is asked of it. What
 * is asked and not answered when the engine ends fails with the reason.
 */
public final class GeneratingJudge implements Judge {
  private static final Logger LOG = LoggerFactory.getLogger(GeneratingJudge.class);

  private final DecodingConfig decoding;
  private final ModelText model;
  private final AnswerText reading;
  private final Engine engine;
  private final ContinuousBatch batch;
  private final Map<DecisionRule, QuestionTokens> questions = new ConcurrentHashMap<>();
  private final ResponseScores responses;
  private final ExecutorService worker;
  private final Queue<Runnable> errands = new ConcurrentLinkedQueue<>();

  /** Whatever somebody waits for: when the engine ends, so does all of this. */
  private final Map<Long, CompletableFuture<?>> awaited = new ConcurrentHashMap<>();

  private final AtomicLong awaitedSoFar = new AtomicLong();

  /** Gives answers out, so that what others do with one does not hold the engine's thread. */
  private final ExecutorService answers =
      Executors.newCachedThreadPool(thread("assize-judge-answer"));

  private volatile JudgeException closed;

  private GeneratingJudge(
      DecodingConfig decoding,
      ModelText model,
      BatchSettings settings,
      Engine engine,
      ExecutorService worker) {
    this.decoding = decoding;
    this.model = model;
    this.reading = AnswerText.of(model.tokenizer());
    this.engine = engine;
    this.batch = new ContinuousBatch(engine, settings, model.endTokens());
    this.responses = new ResponseScores(model, this::chatScore);
    for (DecisionRule rule : List.of(DecisionRule.FINAL_DECISION, DecisionRule.RATING)) {
      questions.put(rule, new QuestionTokens(rule, model.tokenizer()));
    }
    this.worker = worker;
  }

  /**
   * Loads an engine in the thread that will use it, and starts judging. The judge closes the engine
   * and the tokenizer; where anything fails, nothing of them stays.
   *
   * @param decoding how it comes to a verdict
   * @param load loads the engine
   * @throws IOException where loading throws it
   */
  public static GeneratingJudge start(
      DecodingConfig decoding, ModelText model, BatchSettings settings, Callable<Engine> load)
      throws IOException {
    ExecutorService worker = Executors.newSingleThreadExecutor(thread("assize-judge-engine"));
    Future<Engine> loaded =
        worker.submit(
            () -> {
              try (NativeWork underWay = NativeWork.begin()) {
                return load.call();
              }
            });
    try {
      Engine engine = get(loaded);
      GeneratingJudge judge = new GeneratingJudge(decoding, model, settings, engine, worker);
      worker.execute(judge::work);
      return judge;
    } catch (Throwable e) {
      // In the same thread, so after the loading, should that be under way still.
      worker.execute(() -> closeLoaded(loaded));
      worker.shutdown();
      model.tokenizer().close();
      throw e;
    }
  }

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    JudgeException gone = closed;
    if (gone != null) {
      return CompletableFuture.failedFuture(gone);
    }
    if (prompt.rule() != null && prompt.rule().scores()) {
      return responses.answer(prompt);
    }
    QuestionTokens question = question(prompt.rule());
    long[] tokens =
        ThinkThenDecide.writes(question, decoding)
            ? model.tokens(prompt.messages(), prompt.chat())
            : question.after(model, prompt.messages(), prompt.chat());
    return submit(tokens, question, prompt.attempt()).future();
  }

  /**
   * Hands in a prompt that is tokens already.
   *
   * @param rule null: its text is all that is wanted
   * @param attempt 0; more where an answer is asked for again
   */
  public ThinkThenDecide submit(long[] tokens, DecisionRule rule, int attempt) {
    QuestionTokens question = question(rule);
    boolean writes = ThinkThenDecide.writes(question, decoding);
    return submit(writes ? tokens : question.after(tokens), question, attempt);
  }

  private QuestionTokens question(DecisionRule rule) {
    return rule == null
        ? null
        : questions.computeIfAbsent(rule, r -> new QuestionTokens(r, model.tokenizer()));
  }

  private ThinkThenDecide submit(long[] tokens, QuestionTokens question, int attempt) {
    ThinkThenDecide request =
        new ThinkThenDecide(tokens, question, decoding, attempt, reading, this::give);
    int most = request.mostPositions();
    if (most > model.contextLength()) {
      request.future().completeExceptionally(tooLong(tokens.length, most - tokens.length));
      return request;
    }
    await(request.future());
    batch.submit(request);
    return request;
  }

  /**
   * The log-probability of some tokens after others, summed over them; for studies of precisions.
   *
   * @param prompt at least one token
   */
  public CompletableFuture<Double> logProbability(long[] prompt, long[] continuation) {
    return scores(new TextScores(prompt, List.of(continuation), false, this::give))
        .thenApply(scores -> scores[0]);
  }

  /**
   * How probable each answer to a question is after a prompt; whatever its labels are.
   *
   * @param chat {@code model}, {@code none} or a Jinja template
   * @return they sum to one, {@code [answers]}; fails as {@link #submit} does
   */
  public CompletableFuture<double[]> probabilities(
      List<ChatMessage> messages, String chat, Question question) {
    JudgeException gone = closed;
    if (gone != null) {
      return CompletableFuture.failedFuture(gone);
    }
    QuestionTokens tokens = new QuestionTokens(question, model.tokenizer());
    long[] prompt = tokens.after(model, messages, chat);
    TextScores scores = new TextScores(prompt, tokens.answers(), true, this::give);
    int most = scores.reservation() - 1;
    if (most > model.contextLength()) {
      return CompletableFuture.failedFuture(tooLong(prompt.length, most - prompt.length));
    }
    return scores(scores).thenApply(Question::probabilities);
  }

  /** A reward model's score of a chat that fits. */
  private CompletableFuture<Double> chatScore(long[] chat) {
    ChatScore score = new ChatScore(chat, this::give);
    await(score.future());
    batch.submit(score);
    return score.future();
  }

  private CompletableFuture<double[]> scores(TextScores scores) {
    await(scores.future());
    batch.submit(scores);
    return scores.future();
  }

  /** Runs an errand in the engine's thread, between two steps. */
  public <T> CompletableFuture<T> between(Supplier<T> errand) {
    CompletableFuture<T> future = await(new CompletableFuture<>());
    errands.add(
        () -> {
          try {
            future.complete(errand.get());
          } catch (RuntimeException | Error e) {
            future.completeExceptionally(e);
          }
        });
    return future;
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
      model.tokenizer().close();
    }
    LOG.info("judge model unloaded after {}", workDone());
  }

  private JudgeException tooLong(int promptTokens, int answerTokens) {
    return JudgeException.tooLong(
        String.format(
            Locale.ROOT,
            "the prompt has %d tokens; with %d for the answer, more than the context of %d",
            promptTokens,
            answerTokens,
            model.contextLength()),
        promptTokens,
        Math.max(0, model.contextLength() - answerTokens));
  }

  private void work() {
    Throwable cause = null;
    try {
      batch.keepHeadRows(decoding.scores() ? ChatScore.LABEL : answersOfQuestions());
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

  private List<long[]> answersOfQuestions() {
    return questions.values().stream().flatMap(question -> question.answers().stream()).toList();
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
      engine.close();
    } catch (RuntimeException | Error e) {
      LOG.warn("the judge's memory may not be free", e);
    }
  }

  /** Sees to it that a future ends when the engine does. */
  private <T> CompletableFuture<T> await(CompletableFuture<T> future) {
    long number = awaitedSoFar.incrementAndGet();
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

  private static void closeLoaded(Future<Engine> loaded) {
    try {
      loaded.get().close();
    } catch (ExecutionException e) {
      LOG.debug("there is no engine to close", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * A judge has one thread for all that its engine does, from loading on: each thread that asks
   * PyTorch for parallel work gets threads of its own from OpenMP, and with more of those than
   * cores each barrier sleeps.
   */
  private static ThreadFactory thread(String name) {
    return work -> {
      Thread thread = new Thread(work, name);
      thread.setDaemon(true);
      return thread;
    };
  }

  private static Engine get(Future<Engine> loaded) throws IOException {
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
}
