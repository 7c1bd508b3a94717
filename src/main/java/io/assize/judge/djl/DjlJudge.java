package io.assize.judge.djl;

import ai.djl.Device;
import io.assize.config.DecodingConfig;
import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.Judge;
import io.assize.judge.Prompt;
import io.assize.judge.WorkDone;
import io.assize.judge.generate.BatchSettings;
import io.assize.judge.generate.Engine;
import io.assize.judge.generate.GeneratingJudge;
import io.assize.judge.generate.ModelText;
import io.assize.judge.generate.ThinkThenDecide;
import io.assize.judge.model.ChatFormats;
import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.CheckpointFiles;
import io.assize.judge.model.MemoryEstimate;
import io.assize.judge.model.ModelTensors;
import io.assize.judge.model.Precision;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A language model in this JVM, through DJL's PyTorch engine: a checkpoint, its tokenizer and a
 * {@link Decoder} of it, put together to a {@link GeneratingJudge}.
 */
public final class DjlJudge implements Judge {
  private static final Logger LOG = LoggerFactory.getLogger(DjlJudge.class);

  private final GeneratingJudge judge;
  private final ModelText text;
  private final Decoder decoder;
  private final MemoryEstimate memory;
  private final long layerWeights;

  private DjlJudge(
      GeneratingJudge judge,
      ModelText text,
      Decoder decoder,
      MemoryEstimate memory,
      long layerWeights) {
    this.judge = judge;
    this.text = text;
    this.decoder = decoder;
    this.memory = memory;
    this.layerWeights = layerWeights;
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
   * The same over an engine that is not what it was.
   *
   * @param around makes it of the decoder that was loaded
   */
  static DjlJudge open(
      JudgeConfig wanted, Map<String, String> sums, String device, UnaryOperator<Engine> around) {
    long start = System.nanoTime();
    JudgeConfig config = PrecisionChoice.here(wanted, device);
    Path path = Path.of(config.model());
    CheckpointFiles files = new CheckpointFiles(CheckpointFiles.find(path).path(), sums);
    try (Checkpoint checkpoint = files.open()) {
      DjlJudge judge = open(config, files, checkpoint, device, around);
      NativeHeap.trim();
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

  /** Checks all that can be checked before the weights, which come last. */
  private static DjlJudge open(
      JudgeConfig config,
      CheckpointFiles files,
      Checkpoint checkpoint,
      String device,
      UnaryOperator<Engine> around)
      throws IOException {
    CheckpointFiles.refuseOtherUse(
        checkpoint.architecture(), config.decoding().scores(), files.path());
    ModelTensors tensors = ModelTensors.of(checkpoint, files.path().toString());
    EngineConfig engine = EngineConfig.of(config);
    Precision precision = Precision.of(engine.precision());
    int context = Math.min(engine.contextLength(), checkpoint.config().contextLength());
    BatchSettings batch = BatchSettings.of(engine, context);
    Device where = Device.fromName(device);
    Djl.refuseUnusable(where);
    MemoryEstimate memory =
        MemoryEstimate.of(tensors, precision, batch.cacheTokens(), batch.stepTokens());
    LOG.info(
        "judge model {} on {} in {} with kernels {}: {}",
        files.name(),
        device,
        engine.precision(),
        KernelSet.used(device).text(),
        memory);
    memory.refuseMoreThan(Djl.memory(where), where.toString());
    PromptTokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerJson(), config.model());
    ModelText text = text(checkpoint, tokenizer, config.decoding(), context);
    AtomicReference<Decoder> decoder = new AtomicReference<>();
    GeneratingJudge judge =
        GeneratingJudge.start(
            config.decoding(),
            text,
            batch,
            () -> {
              decoder.set(
                  unchanged(
                      files,
                      checkpoint,
                      Decoder.load(
                          checkpoint,
                          tensors,
                          where,
                          precision,
                          batch.longestSlot(),
                          batch.cacheTokens(),
                          engine.threads())));
              return around.apply(decoder.get());
            });
    return new DjlJudge(judge, text, decoder.get(), memory, tensors.layerWeights());
  }

  /** How a checkpoint's model reads text. */
  static ModelText text(
      Checkpoint checkpoint, PromptTokenizer tokenizer, DecodingConfig decoding, int context) {
    return new ModelText(
        tokenizer,
        new ChatFormats(checkpoint, decoding.chatVariables()),
        checkpoint.endTokens(),
        context,
        decoding.scores() ? checkpoint.paddingToken() : OptionalLong.empty());
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

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    return judge.submit(prompt);
  }

  /** Hands in a prompt that is tokens already; a null rule wants its text only. */
  ThinkThenDecide submit(long[] tokens, DecisionRule rule) {
    return judge.submit(tokens, rule, 0);
  }

  /**
   * The log-probability of some tokens after others, summed over them; for studies of precisions.
   *
   * @param prompt at least one token
   */
  public CompletableFuture<Double> logProbability(long[] prompt, long[] continuation) {
    return judge.logProbability(prompt, continuation);
  }

  /** The log-probability of an answer's text after a prompt and a question's beginning. */
  double score(long[] prompt, String prefix, String answer) {
    long[] beginning = text.tokenizer().encodeText(prefix);
    long[] before = Arrays.copyOf(prompt, prompt.length + beginning.length);
    System.arraycopy(beginning, 0, before, prompt.length, beginning.length);
    return logProbability(before, text.tokenizer().encodeText(answer)).join();
  }

  @Override
  public WorkDone workDone() {
    return judge.workDone();
  }

  @Override
  public boolean alive() {
    return judge.alive();
  }

  @Override
  public void close() {
    judge.close();
    NativeHeap.trim();
  }

  /**
   * The product and memory rates that this judge's PyTorch reaches at best here; for benchmarks,
   * while nothing else is asked of the judge.
   *
   * @return operations a second in int8 where the judge's precision is int8, else in float32; bytes
   *     a second
   */
  public double[] machineRates() {
    return measured(decoder::bestProductRate, decoder::bestReadRate);
  }

  /** Two rates, measured in the engine's thread. */
  double[] measured(DoubleSupplier products, DoubleSupplier reads) {
    return judge.between(() -> new double[] {products.getAsDouble(), reads.getAsDouble()}).join();
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
    return text.tokens(messages, chat);
  }
}
