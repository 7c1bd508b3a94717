package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The {@code adapter_config.json} of a LoRA adapter as peft writes it.
 *
 * @param base the folder of the model that it changes
 * @param alpha what its changes are multiplied by, over their rank or, where {@code root}, over the
 *     rank's square root
 */
record AdapterConfig(ModelFolder own, ModelFolder base, double alpha, boolean root) {
  private static final String NAME = "adapter_config.json";

  /** Settings that change what an adapter computes, and are not read where they are set. */
  private static final List<String> OTHERS =
      List.of(
          "alpha_pattern",
          "layer_replication",
          "lora_bias",
          "target_parameters",
          "trainable_token_indices",
          "use_bdlora",
          "use_dora",
          "use_qalora",
          "arrow_config",
          "kasa_config",
          "monteclora_config",
          "velora_config",
          "alora_invocation_tokens");

  private static final Set<String> WHOLE_BASE =
      Set.of("true", "false", "gaussian", "eva", "orthogonal");

  /** A folder's adapter; empty where it has none. */
  static Optional<AdapterConfig> of(ModelFolder folder) throws IOException {
    folder.take(NAME, 1L << 20);
    if (!folder.texts().containsKey(NAME)) {
      refuseAlone(folder);
      return Optional.empty();
    }
    JsonNode json = folder.json(NAME);
    String where = folder.where(NAME);
    ModelNumbers numbers = ModelNumbers.ofJson(json, where);
    String type = ModelJson.text(json, "peft_type", "none", where);
    if (!type.equals("LORA")) {
      throw refused(where, "peft_type", type);
    }
    String bias = ModelJson.text(json, "bias", "none", where);
    if (!bias.equals("none")) {
      throw refused(where, "bias", bias);
    }
    for (String other : OTHERS) {
      JsonNode value = json.path(other);
      boolean set =
          value.isBoolean() ? value.booleanValue() : value.isValueNode() || value.size() > 0;
      if (set && !ModelJson.absent(value)) {
        throw refused(where, other, ModelJson.shown(value));
      }
    }
    String began = json.path("init_lora_weights").asText("true");
    if (!WHOLE_BASE.contains(began.toLowerCase(Locale.ROOT))) {
      throw refused(where, "init_lora_weights", began);
    }
    ModelFolder base = base(folder, json, where);
    if (base != folder && base.has(NAME)) {
      throw UserError.configuration(
          "%s: its base %s has an adapter of its own, and one is merged: merge the two with"
              + " merge_and_unload() of peft and save the model with save_pretrained(DIRECTORY)",
          where, base.directory());
    }
    return Optional.of(
        new AdapterConfig(
            folder,
            base,
            numbers.real("lora_alpha", 8, -1e6, 1e6),
            numbers.flag("use_rslora", false)));
  }

  /** What the changes of a rank are multiplied by. */
  double scaling(long rank) {
    return alpha / (root ? Math.sqrt((double) rank) : (double) rank);
  }

  /** What it is, for the log. */
  String text() {
    return "the LoRA adapter of "
        + own.directory()
        + " is merged into the weights of "
        + base.directory()
        + " as they are read";
  }

  /**
   * The folder itself, where it holds a whole model; its {@code base}; or the one that is named.
   */
  private static ModelFolder base(ModelFolder folder, JsonNode json, String where) {
    String named = ModelJson.text(json, "base_model_name_or_path", "", where);
    Path own = folder.directory();
    Path absolute = own.toAbsolutePath().normalize();
    for (Path path : List.of(own, own.resolve("base"), absolute.resolveSibling("base"))) {
      if (WeightFiles.hold(path)) {
        return path.equals(own) ? folder : new ModelFolder(path);
      }
    }
    try {
      for (Path path : List.of(absolute.resolve(named), absolute.resolveSibling(named))) {
        if (!named.isBlank() && !path.equals(absolute) && WeightFiles.hold(path)) {
          return new ModelFolder(path);
        }
      }
      // The folder of the model as people name it after the hub: its last part, beside the adapter.
      Path beside = absolute.resolveSibling(Path.of(named).getFileName());
      if (!named.isBlank() && !beside.equals(absolute) && WeightFiles.hold(beside)) {
        return new ModelFolder(beside);
      }
    } catch (InvalidPathException e) {
      // No path of this system: a name, then.
    }
    throw UserError.configuration(
        "%s is an adapter of %s, which is not at hand: a model's folder inside it named base, or one"
            + " beside it named base or as the model is, is read, and nothing is fetched: put the"
            + " base model into %s, or merge the two with merge_and_unload() of peft",
        where, named.isBlank() ? "a model that it does not name" : named, own.resolve("base"));
  }

  /** Weights of an adapter that nothing describes. */
  private static void refuseAlone(ModelFolder folder) {
    for (String name : List.of("adapter_model.safetensors", "adapter_model.bin")) {
      if (folder.has(name)) {
        throw UserError.configuration(
            "model directory %s has %s, but no %s, which says how it is merged: fetch it, or take"
                + " the adapter's file away to judge with the base model alone",
            folder.directory(), name, NAME);
      }
    }
  }

  private static UserError refused(String where, String key, String found) {
    return UserError.configuration(
        "%s: %s is %s, which is not read: LoRA without it is merged (also use_rslora and"
            + " modules_to_save): merge the adapter with merge_and_unload() of peft and save the"
            + " model with save_pretrained(DIRECTORY)",
        where, key, found);
  }
}
