package io.assize.judge.model;

import static io.assize.judge.model.Dimension.HIDDEN;
import static io.assize.judge.model.Dimension.VOCABULARY;

import io.assize.judge.model.TensorSpec.Role;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

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
      places.put(place, place.usual());
    }
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
            Role.EMBEDDING, "model.embed_tokens.weight", "", VOCABULARY, HIDDEN));
    all.add(TensorSpec.of(Role.FINAL_NORM, "model.norm.weight", "", HIDDEN));
    all.add(
        TensorSpec.of(Role.HEAD, "lm_head.weight", "", VOCABULARY, HIDDEN)
            .when(config -> !config.tied()));
    all.addAll(places.values());
    return all.stream().map(spec -> spec.under(prefix)).toList();
  }
}
