package io.assize.judge.model;

import static io.assize.judge.model.Dimension.HIDDEN;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.judge.model.Attention.HeadNorm;
import io.assize.judge.model.Attention.Scores;
import io.assize.judge.model.DecoderJson.Usual;
import io.assize.judge.model.FeedForward.Activation;
import java.util.function.IntPredicate;

/**
 * Google's Gemma 2 and 3, their words only: norms of 1 + w before and after each part of a layer,
 * windows in some layers, GELU, and an embedding multiplied by the root of its width. Gemma 2 caps
 * scores and logits; Gemma 3 norms queries and keys, and turns layers with windows by a base of
 * their own.
 */
final class Gemma {
  private static final double MOST_CAP = 1e9;

  private Gemma() {}

  static Architecture second() {
    return new DecoderFamily(
            "Gemma2ForCausalLM", "gemma2-1", tensors().list(""), DecoderFamily.WIDE, Gemma::second)
        .inGguf("gemma2", Gemma::second);
  }

  static Architecture third() {
    return new DecoderFamily(
            "Gemma3ForCausalLM", "gemma3-1", tensors().list(""), DecoderFamily.WIDE, Gemma::third)
        .inGguf("gemma3", Gemma::third);
  }

  /** Gemma 3 beside a model of pictures, which is not read. */
  static Architecture thirdWithPictures() {
    return new DecoderFamily(
        "Gemma3ForConditionalGeneration",
        "gemma3-1",
        tensors().list("language_model."),
        DecoderFamily.WIDE,
        json -> third(json.within("text_config")));
  }

  private static TensorList tensors() {
    return TensorList.usual()
        .with(Place.ATTENTION_POST_NORM, Place.layer("post_attention_layernorm.weight", HIDDEN))
        .with(Place.MLP_NORM, Place.layer("pre_feedforward_layernorm.weight", HIDDEN))
        .with(Place.MLP_POST_NORM, Place.layer("post_feedforward_layernorm.weight", HIDDEN));
  }

  private static DecoderConfig second(DecoderJson json) {
    DecoderConfig config =
        common(json, json.likeLlama(new Usual(26, 2304, 8, 4, 256, 8192, 10000, true)));
    Positions positions =
        config
            .positions()
            .with(
                json.positions().window(4096),
                json.positions().windowed(config.layers(), layer -> layer % 2 == 0));
    double cap = cap(json, "attn_logit_softcapping", 50);
    double capOfLogits = cap(json, "final_logit_softcapping", 30);
    return config
        .with(positions)
        .with(config.attention().with(scores(json, cap)))
        .with(new Scales(config.scales().embedding(), 1, 1, capOfLogits));
  }

  private static DecoderConfig third(DecoderJson json) {
    json.refuse(
        json.numbers().flag("use_bidirectional_attention", false), "use_bidirectional_attention");
    DecoderConfig config =
        common(json, json.likeLlama(new Usual(26, 2304, 8, 4, 256, 131072, 1_000_000, true)));
    int every = json.numbers().whole("sliding_window_pattern", 6, 1, DecoderConfig.MOST_LAYERS);
    IntPredicate windowed =
        json.positions().windowed(config.layers(), layer -> (layer + 1) % every != 0);
    double cap = cap(json, "attn_logit_softcapping", 0);
    double capOfLogits = cap(json, "final_logit_softcapping", 0);
    return config
        .with(
            config
                .positions()
                .with(Rope.of(json.positions().localTheta(10000)), windowed)
                .with(json.positions().window(4096), windowed))
        .with(config.attention().with(HeadNorm.EACH).with(scores(json, cap)))
        .with(new Scales(config.scales().embedding(), 1, 1, capOfLogits));
  }

  /** GGUF does not say which layers have a window: they are every other. */
  private static DecoderConfig second(DecoderGguf gguf) {
    DecoderConfig config = common(gguf, 46);
    return config
        .with(config.positions().with(gguf.window(), layer -> layer % 2 == 0))
        .with(
            config
                .attention()
                .with(
                    new Scores(
                        config.attention().scores().scale(),
                        gguf.real("attn_logit_softcapping", 50, 0, MOST_CAP),
                        false)))
        .with(
            new Scales(
                config.scales().embedding(),
                1,
                1,
                gguf.real("final_logit_softcapping", 30, 0, MOST_CAP)));
  }

  private static DecoderConfig third(DecoderGguf gguf) {
    DecoderConfig config = common(gguf, 62);
    int every = gguf.whole("attention.sliding_window_pattern", 6, 1, DecoderConfig.MOST_LAYERS);
    IntPredicate windowed = layer -> (layer + 1) % every != 0;
    Rope local = Rope.of(gguf.real("rope.freq_base_swa", 10000, 1, Rope.MOST_THETA));
    return config
        .with(config.positions().with(local, windowed).with(gguf.window(), windowed))
        .with(config.attention().with(HeadNorm.EACH))
        .with(
            new Scales(
                config.scales().embedding(),
                1,
                1,
                gguf.real("final_logit_softcapping", 0, 0, MOST_CAP)));
  }

  /**
   * Norms' weights have their one in GGUF. It does not say by what scores are divided: the root of
   * a head's width, but of a head's share of the whole in the model of 27B.
   *
   * @param largest how many layers that has
   */
  private static DecoderConfig common(DecoderGguf gguf, int largest) {
    DecoderConfig config = gguf.likeLlama();
    double width =
        config.layers() == largest ? (double) config.hidden() / config.heads() : config.headDim();
    double root = Floats.brain(Floats.toBrain((float) Math.sqrt(config.hidden())));
    return config
        .with(config.attention().with(Scores.ofWidth(width)))
        .with(new Scales(root, 1, 1, 0))
        .with(FeedForward.of(Activation.GELU));
  }

  private static DecoderConfig common(DecoderJson json, DecoderConfig config) {
    json.refuseQuantized();
    json.want("hidden_activation", "gelu_pytorch_tanh");
    return config
        .with(new Norms(config.norms().eps(), 1))
        .with(new Scales(rootOf(config.hidden(), json.json()), 1, 1, 0))
        .with(FeedForward.of(Activation.GELU));
  }

  /** The root of the width in the numbers that the weights are kept in, as its authors have it. */
  private static double rootOf(int hidden, JsonNode json) {
    float root = (float) Math.sqrt(hidden);
    String type = json.path("dtype").asText(json.path("torch_dtype").asText("float32"));
    return switch (type) {
      case "bfloat16" -> Floats.brain(Floats.toBrain(root));
      // Eleven bits of precision; the roots of widths are far from half floats' ends.
      case "float16" -> Math.rint(root / Math.ulp(root) / 8192) * 8192 * Math.ulp(root);
      default -> root;
    };
  }

  private static Scores scores(DecoderJson json, double cap) {
    double width = json.numbers().real("query_pre_attn_scalar", 256, 1e-9, 1e9);
    return new Scores(1 / Math.sqrt(width), cap, false);
  }

  /** A cap; 0 where the file has null. */
  private static double cap(DecoderJson json, String key, double otherwise) {
    JsonNode value = json.json().path(key);
    return value.isNull() ? 0 : json.numbers().real(key, otherwise, 0, MOST_CAP);
  }
}
