package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.judge.model.DecoderJson.Usual;
import java.util.function.IntPredicate;

/** SmolLM3: Llama without positions in every fourth layer. */
final class SmolLm3 {
  private SmolLm3() {}

  static Architecture family() {
    return new DecoderFamily(
            "SmolLM3ForCausalLM",
            "smollm3-1",
            TensorList.usual().pairedInGguf().list(""),
            DecoderFamily.ALL,
            SmolLm3::config)
        .inGguf("smollm3", SmolLm3::config);
  }

  /** GGUF does not say which layers have no positions: they are every fourth. */
  private static DecoderConfig config(DecoderGguf gguf) {
    gguf.refuse(gguf.window() < DecoderConfig.MOST_POSITIONS, "a window");
    DecoderConfig config = gguf.likeLlama();
    return config.with(config.positions().with(Rope.still(), layer -> (layer + 1) % 4 == 0));
  }

  private static DecoderConfig config(DecoderJson json) {
    json.refuseQuantized();
    json.want("hidden_act", "silu");
    json.refuse(json.numbers().flag("mlp_bias", false), "mlp_bias");
    DecoderConfig config = json.likeLlama(new Usual(36, 2048, 16, 4, 0, 32768, 2_000_000, true));
    IntPredicate still = still(json, config.layers());
    boolean windows = json.numbers().flag("use_sliding_window", false);
    int window = windows ? json.positions().window(DecoderConfig.MOST_POSITIONS) : 0;
    Positions positions = config.positions().with(Rope.still(), still);
    return config.with(
        windows
            ? positions.with(window, json.positions().windowed(config.layers(), still))
            : positions);
  }

  /** Which layers have no positions; the file's list says which have. */
  private static IntPredicate still(DecoderJson json, int layers) {
    JsonNode turned = json.json().path("no_rope_layers");
    if (ModelJson.absent(turned)) {
      int every = json.numbers().whole("no_rope_layer_interval", 4, 1, DecoderConfig.MOST_LAYERS);
      return layer -> (layer + 1) % every == 0;
    }
    json.refuse(!turned.isArray() || turned.size() != layers, "no_rope_layers of another length");
    return layer -> turned.get(layer).asInt() == 0;
  }
}
