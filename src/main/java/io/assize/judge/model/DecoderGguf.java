package io.assize.judge.model;

import io.assize.config.UserError;

/** Reads what the metadata of decoders in GGUF files have in common. */
final class DecoderGguf {
  private static final int MOST_EXPERTS = 1 << 12;

  private final GgufFile file;
  private final String architecture;
  private final ModelNumbers numbers;

  /**
   * The metadata of a file.
   *
   * @param architecture with which its keys begin
   */
  DecoderGguf(GgufFile file, String architecture) {
    this.file = file;
    this.architecture = architecture;
    this.numbers = file.numbers();
  }

  GgufFile file() {
    return file;
  }

  /** A whole number that the file must have, by the rest of its key. */
  int whole(String key, int least, int most) {
    return numbers.whole(key(key), least, most);
  }

  /** A whole number, {@code otherwise} where there is none. */
  int whole(String key, int otherwise, int least, int most) {
    return numbers.whole(key(key), otherwise, least, most);
  }

  /** A number, {@code otherwise} where there is none. */
  double real(String key, double otherwise, double least, double most) {
    return numbers.real(key(key), otherwise, least, most);
  }

  /** The size of windows; the whole context where there is none. */
  int window() {
    int size = whole("attention.sliding_window", 0, 0, DecoderConfig.MOST_POSITIONS);
    return size == 0 ? DecoderConfig.MOST_POSITIONS : size;
  }

  /** Refuses a file that wants something. */
  void refuse(boolean unsupported, String what) {
    if (unsupported) {
      throw UserError.configuration(
          "%s: %s is not supported by the DJL judge for the architecture %s: use the Hugging Face"
              + " directory of the model",
          file.file().path(), what, architecture);
    }
  }

  /** Width of a head. */
  int headDim() {
    int heads = whole("attention.head_count", 1, DecoderConfig.MOST);
    int hidden = whole("embedding_length", 1, DecoderConfig.MOST);
    return whole("attention.key_length", Math.max(1, hidden / heads), 1, DecoderConfig.MOST);
  }

  /** How much of a head is turned. */
  double share() {
    int headDim = headDim();
    return (double) whole("rope.dimension_count", headDim, 2, headDim) / headDim;
  }

  /** The base of the frequencies. */
  double theta() {
    return real("rope.freq_base", 10000, 1, Rope.MOST_THETA);
  }

  /** A decoder like Llama's whose heads are turned whole, without windows. */
  DecoderConfig likeLlama() {
    whole("rope.dimension_count", headDim(), headDim(), headDim());
    return likeLlama(Rope.ofGguf(file, architecture, headDim()));
  }

  /** A decoder like Llama's, without windows; with biases where the file has them. */
  DecoderConfig likeLlama(Rope rope) {
    int most = DecoderConfig.MOST;
    int heads = whole("attention.head_count", 1, most);
    int layers = whole("block_count", 1, DecoderConfig.MOST_LAYERS);
    int headDim = headDim();
    whole("attention.value_length", headDim, headDim, headDim);
    Attention attention =
        Attention.of(heads, whole("attention.head_count_kv", heads, 1, most), headDim)
            .with(has("attn_q.bias"), has("attn_output.bias"));
    return DecoderConfig.likeLlama(
            layers,
            whole("embedding_length", 1, most),
            file.shape("output.weight") == null,
            attention,
            Positions.of(whole("context_length", 1, DecoderConfig.MOST_POSITIONS), rope, layers),
            numbers.real(key("attention.layer_norm_rms_epsilon"), DecoderConfig.LEAST_EPS, 1))
        .checked(file.file().path().toString());
  }

  /** A mixture's experts, whose shares sum up to one. */
  FeedForward mixture(FeedForward.Activation activation) {
    int experts = whole("expert_count", 1, MOST_EXPERTS);
    return new FeedForward(activation, experts, whole("expert_used_count", 1, experts), true);
  }

  private boolean has(String tensor) {
    return file.shape("blk.0." + tensor) != null;
  }

  private String key(String rest) {
    return architecture + "." + rest;
  }
}
