package io.assize.judge.djl;

import ai.djl.Device;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.Judge;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Prompt;
import io.assize.judge.WorkDone;
import io.assize.prompt.ChatMessage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A language model in this JVM, through DJL's PyTorch engine: greedy decoding in float32 until an
 * end token or the token limit. Callers' threads tokenize; one thread owns the device, reads
 * waiting prompts into free slots and takes a step for all live slots together.
 *
 * <p>A row's arithmetic does not depend on its neighbours: a prompt is read alone, a step always
 * works on all slots, and attention goes over a slot's own length.
 */
public final class DjlJudge implements Judge {
  private static final Logger LOG = LoggerFactory.getLogger(DjlJudge.class);

  /** Tokens read in one go; bounds the memory of attention scores. */
  private static final int CHUNK = 512;

  private final int maxNewTokens;
  private final ChatFormats formats;
  private final Set<Long> endTokens;
  private final PromptTokenizer tokenizer;
  private final LlamaModel model;
  private final LinkedBlockingQueue<Request> waiting = new LinkedBlockingQueue<>();
  private final Request[] slots;
  private final Thread worker;
  private final AtomicLong prefillNanos = new AtomicLong();
  private final AtomicLong prefillTokens = new AtomicLong();
  private final AtomicLong decodeNanos = new AtomicLong();
  private final AtomicLong decodeTokens = new AtomicLong();
  private volatile JudgeException closed;

  private DjlJudge(JudgeConfig config, Checkpoint checkpoint, LlamaModel model, String where) {
    this.maxNewTokens = config.maxNewTokens();
    this.formats = new ChatFormats(checkpoint);
    this.endTokens = checkpoint.endTokens();
    this.tokenizer = new PromptTokenizer(checkpoint.tokenizerJson(), where);
    this.model = model;
    this.slots = new Request[config.slots()];
    this.worker = new Thread(this::work, "assize-djl-judge");
    this.worker.setDaemon(true);
  }

  /**
   * Loads the model and starts its thread.
   *
   * @param device {@code cpu}, or {@code gpu} and its address
   * @throws UserError where the model cannot be used
   */
  public static DjlJudge open(JudgeConfig config, String device) {
    long start = System.nanoTime();
    Path path = Path.of(config.model());
    CheckpointFiles files = CheckpointFiles.find(path);
    try (Checkpoint checkpoint = files.open()) {
      LlamaModel.checkShapes(checkpoint, path.toString());
      int length = Math.min(config.contextLength(), checkpoint.config().contextLength());
      LlamaModel model =
          LlamaModel.load(
              checkpoint, Device.fromName(device), config.slots(), length, config.threads());
      DjlJudge judge = new DjlJudge(config, checkpoint, model, path.toString());
      judge.worker.start();
      LOG.info(
          "judge model {} loaded on {} in {} s: {} slots of {} tokens",
          files.name(),
          device,
          String.format("%.1f", (System.nanoTime() - start) / 1e9),
          config.slots(),
          length);
      return judge;
    } catch (IOException e) {
      throw UserError.failure("model %s cannot be read: %s", path, e.getMessage());
    }
  }

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    JudgeException gone = closed;
    return gone != null
        ? CompletableFuture.failedFuture(gone)
        : submit(tokens(prompt.messages(), prompt.chat())).future;
  }

  /** Hands in a prompt that is tokens already. */
  Request submit(long[] tokens) {
    Request request = new Request(tokens, maxNewTokens);
    if (tokens.length + maxNewTokens > model.length()) {
      request.future.completeExceptionally(
          new JudgeException(
              Reason.TOO_LONG,
              "the prompt has %d tokens; with %d for the answer, more than the context of %d"
                  .formatted(tokens.length, maxNewTokens, model.length())));
      return request;
    }
    waiting.add(request);
    JudgeException gone = closed;
    if (gone != null) {
      request.future.completeExceptionally(gone);
    }
    return request;
  }

  @Override
  public WorkDone workDone() {
    return new WorkDone(
        prefillTokens.get(), prefillNanos.get(), decodeTokens.get(), decodeNanos.get());
  }

  @Override
  public void close() {
    closed = new JudgeException(Reason.ENGINE_ERROR, "the judge was closed");
    worker.interrupt();
    try {
      worker.join(TimeUnit.SECONDS.toMillis(60));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    failAll(closed);
    if (!worker.isAlive()) {
      model.close();
      tokenizer.close();
    }
    LOG.info("judge model unloaded after {}", workDone());
  }

  /** The tokens of a chat as the model reads them. */
  long[] tokens(List<ChatMessage> messages, String chat) {
    return tokenizer.encode(formats.of(chat).render(messages));
  }

  private void work() {
    LlamaModel.prepareThread();
    try {
      while (closed == null) {
        admit();
        step();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      LOG.error("the judge's engine failed", e);
      closed = new JudgeException(Reason.ENGINE_ERROR, "the judge's engine failed: " + e, e);
      failAll(closed);
    }
  }

  /** Reads waiting prompts into free slots; waits where there is nothing else to do. */
  private void admit() throws InterruptedException {
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] == null) {
        Request request = live() == 0 ? waiting.take() : waiting.poll();
        if (request == null) {
          return;
        }
        if (!request.future.isDone()) {
          prefill(request, slot);
        }
      }
    }
  }

  private void prefill(Request request, int slot) {
    long start = System.nanoTime();
    try {
      long next = -1;
      for (int at = 0; at < request.prompt.length; at += CHUNK) {
        int end = Math.min(at + CHUNK, request.prompt.length);
        next = model.prefill(Arrays.copyOfRange(request.prompt, at, end), slot, at);
      }
      count(start, request.prompt.length, prefillNanos, prefillTokens);
      slots[slot] = request;
      take(slot, next);
    } catch (RuntimeException e) {
      slots[slot] = null;
      request.future.completeExceptionally(
          new JudgeException(Reason.ENGINE_ERROR, "reading the prompt failed: " + e, e));
    }
  }

  private void step() {
    int live = live();
    if (live == 0) {
      return;
    }
    long start = System.nanoTime();
    long[] tokens = new long[slots.length];
    long[] positions = new long[slots.length];
    for (int slot = 0; slot < slots.length; slot++) {
      Request request = slots[slot];
      tokens[slot] = request == null ? 0 : request.generated[request.count - 1];
      positions[slot] = request == null ? -1 : request.prompt.length + request.count - 1;
    }
    try {
      long[] next = model.decode(tokens, positions);
      count(start, live, decodeNanos, decodeTokens);
      for (int slot = 0; slot < slots.length; slot++) {
        if (slots[slot] != null) {
          take(slot, next[slot]);
        }
      }
    } catch (RuntimeException e) {
      JudgeException failure =
          new JudgeException(Reason.ENGINE_ERROR, "generating failed: " + e, e);
      for (int slot = 0; slot < slots.length; slot++) {
        if (slots[slot] != null) {
          slots[slot].future.completeExceptionally(failure);
          slots[slot] = null;
        }
      }
    }
  }

  /** Adds a token to a slot's answer, and frees the slot where the answer has ended. */
  private void take(int slot, long token) {
    Request request = slots[slot];
    boolean end = endTokens.contains(token);
    if (!end) {
      request.generated[request.count++] = token;
    }
    if (end || request.count == request.generated.length) {
      slots[slot] = null;
      String text = tokenizer.decode(request.tokens());
      request.future.complete(
          new Completion(
              text,
              null,
              request.prompt.length,
              request.count,
              end ? Completion.STOP : Completion.LENGTH));
    } else if (request.future.isDone()) {
      slots[slot] = null;
    }
  }

  private int live() {
    int live = 0;
    for (Request request : slots) {
      live += request == null ? 0 : 1;
    }
    return live;
  }

  private void failAll(JudgeException failure) {
    for (int slot = 0; slot < slots.length; slot++) {
      if (slots[slot] != null) {
        slots[slot].future.completeExceptionally(failure);
        slots[slot] = null;
      }
    }
    for (Request request = waiting.poll(); request != null; request = waiting.poll()) {
      request.future.completeExceptionally(failure);
    }
  }

  /** Counts work; before any answer of it is given, so that who has the answer sees the work. */
  private void count(long start, long tokens, AtomicLong nanos, AtomicLong count) {
    long took = System.nanoTime() - start;
    nanos.addAndGet(took);
    count.addAndGet(tokens);
  }

  /** A prompt on its way, and the tokens generated so far; the end token is not kept. */
  static final class Request {
    private final long[] prompt;
    private final long[] generated;
    final CompletableFuture<Completion> future = new CompletableFuture<>();
    private int count;

    Request(long[] prompt, int maxNewTokens) {
      this.prompt = prompt;
      this.generated = new long[maxNewTokens];
    }

    /** The tokens generated; to be asked for when the future has completed. */
    long[] tokens() {
      return Arrays.copyOf(generated, count);
    }
  }
}
