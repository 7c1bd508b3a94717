package io.assize.judge.model;

import io.assize.judge.model.Attention.Scores;
import io.assize.judge.model.DecoderJson.Usual;

/** IBM's Granite: Llama with constants before and after its parts. */
final class Granite {
  private static final double LEAST = 1e-9;
  private static final double MOST = 1e9;

  private Granite() {}

  static Architecture family() {
    return new DecoderFamily(
            "GraniteForCausalLM",
            "granite-1",
            TensorList.usual().pairedInGguf().list(""),
            DecoderFamily.ALL,
            Granite::config)
        .inGguf("granite", Granite::config);
  }

  private static DecoderConfig config(DecoderGguf gguf) {
    DecoderConfig config = gguf.likeLlama();
    double scores = gguf.real("attention.scale", config.attention().scores().scale(), LEAST, MOST);
    return config
        .with(config.attention().with(new Scores(scores, 0, false)))
        .with(
            new Scales(
                gguf.real("embedding_scale", 1, LEAST, MOST),
                gguf.real("residual_scale", 1, LEAST, MOST),
                1 / gguf.real("logit_scale", 1, LEAST, MOST),
                0));
  }

  private static DecoderConfig config(DecoderJson json) {
    json.refuseQuantized();
    json.want("hidden_act", "silu");
    ModelNumbers numbers = json.numbers();
    json.refuse(numbers.flag("mlp_bias", false), "mlp_bias");
    DecoderConfig config = json.likeLlama(Usual.of(2048, 10000));
    double scores = numbers.real("attention_multiplier", 1, LEAST, MOST);
    return config
        .with(config.attention().with(new Scores(scores, 0, false)))
        .with(
            new Scales(
                numbers.real("embedding_multiplier", 1, LEAST, MOST),
                numbers.real("residual_multiplier", 1, LEAST, MOST),
                1 / numbers.real("logits_scaling", 1, LEAST, MOST),
                0));
  }
}
