package io.assize.judge.model;

import static io.assize.judge.model.Dimension.HEAD;
import static io.assize.judge.model.Dimension.HIDDEN;
import static io.assize.judge.model.Dimension.INNER;
import static io.assize.judge.model.Dimension.KEYS;
import static io.assize.judge.model.Dimension.QUERIES;
import static io.assize.judge.model.Dimension.VOCABULARY;
import static io.assize.judge.model.Place.layer;

import io.assize.judge.model.TensorSpec.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** A family's list of tensors, told by what is otherwise than in most. */
final class TensorList {
  private final Map<Place, TensorSpec> places;

  private TensorList(Map<Place, TensorSpec> places) {
    this.places = places;
  }

  /** That of most families. */
  static TensorList usual() {
    Map<Place, TensorSpec> places = new EnumMap<>(Place.class);
    for (Place place : Place.values()) {
      boolean inExpert = place.compareTo(Place.EXPERT_GATE) >= 0;
      places.put(place, TensorSpec.none(inExpert ? Role.EXPERT : Role.LAYER));
    }
    places.put(Place.ATTENTION_NORM, layer("input_layernorm.weight", HIDDEN));
    places.put(Place.Q, layer("self_attn.q_proj.weight", QUERIES, HIDDEN));
    places.put(Place.K, layer("self_attn.k_proj.weight", KEYS, HIDDEN));
    places.put(Place.V, layer("self_attn.v_proj.weight", KEYS, HIDDEN));
    Predicate<DecoderConfig> biased = DecoderConfig::qkvBias;
    places.put(Place.Q_BIAS, layer("self_attn.q_proj.bias", QUERIES).when(biased));
    places.put(Place.K_BIAS, layer("self_attn.k_proj.bias", KEYS).when(biased));
    places.put(Place.V_BIAS, layer("self_attn.v_proj.bias", KEYS).when(biased));
    Predicate<DecoderConfig> normed = DecoderConfig::qkNorm;
    places.put(Place.Q_NORM, layer("self_attn.q_norm.weight", HEAD).when(normed));
    places.put(Place.K_NORM, layer("self_attn.k_norm.weight", HEAD).when(normed));
    places.put(Place.OUT, layer("self_attn.o_proj.weight", HIDDEN, QUERIES));
    places.put(Place.OUT_BIAS, layer("self_attn.o_proj.bias", HIDDEN).when(DecoderConfig::outBias));
    places.put(Place.MLP_NORM, layer("post_attention_layernorm.weight", HIDDEN));
    places.put(Place.GATE, layer("mlp.gate_proj.weight", INNER, HIDDEN));
    places.put(Place.UP, layer("mlp.up_proj.weight", INNER, HIDDEN));
    places.put(Place.DOWN, layer("mlp.down_proj.weight", HIDDEN, INNER).as(Role.LAYER_DOWN));
    return new TensorList(places);
  }

  /** The same with another tensor in a place. */
  TensorList with(Place place, TensorSpec spec) {
    Map<Place, TensorSpec> changed = new EnumMap<>(places);
    changed.put(place, spec);
    return new TensorList(changed);
  }

  /** The same with nothing in some places. */
  TensorList without(Place... empty) {
    Map<Place, TensorSpec> changed = new EnumMap<>(places);
    for (Place place : empty) {
      changed.put(place, TensorSpec.none(places.get(place).role()));
    }
    return new TensorList(changed);
  }

  /**
   * The whole list.
   *
   * @param prefix what all names begin with
   */
  List<TensorSpec> list(String prefix) {
    List<TensorSpec> all = new ArrayList<>();
    all.add(
        TensorSpec.of(
            Role.EMBEDDING, "model.embed_tokens.weight", "token_embd.weight", VOCABULARY, HIDDEN));
    all.add(TensorSpec.of(Role.FINAL_NORM, "model.norm.weight", "output_norm.weight", HIDDEN));
    all.add(
        TensorSpec.of(Role.HEAD, "lm_head.weight", "output.weight", VOCABULARY, HIDDEN)
            .when(config -> !config.tied()));
    places.forEach((place, spec) -> all.add(named(place, spec)));
    return all.stream().map(spec -> spec.under(prefix)).toList();
  }

  /** The same, whose queries' and keys' rotary pairs GGUF keeps side by side. */
  TensorList pairedInGguf() {
    TensorList paired = this;
    for (Place place : List.of(Place.Q, Place.K, Place.Q_BIAS, Place.K_BIAS)) {
      paired = paired.with(place, places.get(place).pairedInGguf());
    }
    return paired;
  }

  /** By the usual name in GGUF, where it has none of its own. */
  private static TensorSpec named(Place place, TensorSpec spec) {
    boolean usual = spec.ggufName().isEmpty() && !spec.name().isEmpty();
    return usual ? spec.inGguf("blk.*." + place.ggufName()) : spec;
  }
}
