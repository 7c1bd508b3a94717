package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import java.io.IOException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The {@code quantization_config} of a {@code config.json}: what packs the weights, or a refusal of
 * what is not read.
 */
final class Quantisation {
  static final String KEY = "quantization_config";

  /** Where GPTQ's first writers put it. */
  private static final String OWN_FILE = "quantize_config.json";

  private static final String SUPPORTED =
      "gptq (2, 4 or 8 bits), awq (4 bits, version gemm), fp8, fbgemm_fp8, mxfp4 and compressed-tensors"
          + " (int-quantized, float-quantized, naive-quantized and pack-quantized) are read: use"
          + " such a quantisation of the model, a GGUF file, or the model in half precision";

  private final JsonNode json;
  private final String where;
  private final ModelNumbers numbers;

  private Quantisation(JsonNode json, String where) {
    this.json = json;
    this.where = where;
    this.numbers = ModelNumbers.ofJson(json, where);
  }

  /** How the weights of a configuration are packed; empty where they are not. */
  static Optional<Packing> of(JsonNode config, ModelFolder folder) {
    JsonNode json = config.path(KEY);
    String where = folder.where("config.json");
    if (ModelJson.absent(json)) {
      json = config.path("compression_config");
    }
    if (ModelJson.absent(json)) {
      return Optional.empty();
    }
    if (!json.isObject()) {
      throw UserError.configuration(
          "%s: %s is %s: an object is wanted: fetch it again", where, KEY, ModelJson.shown(json));
    }
    return Optional.of(new Quantisation(json, where).packing());
  }

  /** How weights are packed that an older writer of GPTQ describes in a file of its own. */
  static Optional<Packing> ofOwnFile(ModelFolder folder, Set<String> tensors) throws IOException {
    if (!folder.has(OWN_FILE) || tensors.stream().noneMatch(name -> name.endsWith(".qweight"))) {
      return Optional.empty();
    }
    folder.take(OWN_FILE, 1L << 20);
    String where = folder.where(OWN_FILE);
    return Optional.of(new Quantisation(folder.json(OWN_FILE), where).columns(true));
  }

  private Packing packing() {
    String method = text("quant_method", "");
    return switch (method) {
      case "gptq" -> columns(true);
      case "awq" -> columns(false);
      case "fp8" -> fp8();
      case "fbgemm_fp8" -> new ScaledPacking(".weight_scale", 1, 1, said("fp8", "a scale a row"));
      case "mxfp4" -> new BlockPacking(said("mxfp4", "blocks of 32"));
      case "compressed-tensors" -> compressed();
      default -> throw refused("quant_method", method.isEmpty() ? "lacking" : method);
    };
  }

  private Packing columns(boolean gptq) {
    int bits = numbers.whole(json.has("w_bit") ? "w_bit" : "bits", 2, 8);
    String groupKey = json.has("q_group_size") ? "q_group_size" : "group_size";
    int group = Math.max(0, numbers.whole(groupKey, 128, -1, 1 << 20));
    String by = group == 0 ? "whole rows" : "groups of " + group;
    if (!gptq) {
      String version = text("version", "gemm").toLowerCase(Locale.ROOT);
      if (!version.equals("gemm") || bits != 4) {
        throw refused("awq in version", version + " of " + bits + " bits");
      }
      return new ColumnPacking(4, group, 0, true, said("int4", "AWQ, " + by));
    }
    String format = text("checkpoint_format", "gptq");
    boolean second = format.equals("gptq_v2");
    if (!second && !format.equals("gptq")) {
      throw refused("gptq in checkpoint_format", format);
    }
    if (numbers.flag("is_marlin_format", false)) {
      throw refused("gptq in checkpoint_format", "marlin");
    }
    if (bits != 2 && bits != 4 && bits != 8) {
      throw refused("gptq of bits", Integer.toString(bits));
    }
    for (var other = json.path("dynamic").fieldNames(); other.hasNext(); ) {
      // A name with -: leaves modules as they are; any other gives them settings of their own.
      String name = other.next();
      if (!name.startsWith("-:")) {
        throw refused("gptq with settings of their own (dynamic) for", name);
      }
    }
    return new ColumnPacking(bits, group, second ? 0 : 1, false, said("int" + bits, "GPTQ, " + by));
  }

  private Packing fp8() {
    JsonNode block = json.path("weight_block_size");
    if (ModelJson.absent(block)) {
      return new ScaledPacking(".weight_scale", 1, 1, said("fp8", "scales of rows or of all"));
    }
    int[] size = block(block);
    String by = String.format(Locale.ROOT, "blocks of %d × %d", size[0], size[1]);
    return new ScaledPacking(".weight_scale_inv", size[0], size[1], said("fp8", by));
  }

  private Packing compressed() {
    JsonNode groups = json.path("config_groups");
    if (!groups.isObject() || groups.isEmpty()) {
      throw refused("compressed-tensors with config_groups", "lacking");
    }
    JsonNode first = groups.elements().next().path("weights");
    for (JsonNode one : groups) {
      if (!one.path("weights").equals(first)) {
        throw refused("compressed-tensors with", "several groups of other settings");
      }
    }
    JsonNode sparsity = json.path("sparsity_config").path("format");
    if (sparsity.isTextual() && !sparsity.textValue().equals("dense")) {
      throw refused("compressed-tensors with sparsity", ModelJson.shown(sparsity));
    }
    if (json.path("transform_config").size() > 0) {
      throw refused("compressed-tensors with", "a transform_config");
    }
    ModelNumbers weights = ModelNumbers.ofJson(first, where);
    int bits = weights.whole("num_bits", 8, 1, 16);
    String type = ModelJson.text(first, "type", "int", where);
    String strategy = ModelJson.text(first, "strategy", "tensor", where);
    int group = strategy.equals("group") ? weights.whole("group_size", 1, 1 << 20) : 0;
    String by = group > 0 ? "groups of " + group : "scales by " + strategy;
    String format = text("format", "");
    boolean known = Set.of("tensor", "channel", "group", "block").contains(strategy);
    if (format.equals("pack-quantized") && type.equals("int") && known) {
      if (bits != 2 && bits != 4 && bits != 8) {
        throw refused("compressed-tensors of bits", Integer.toString(bits));
      }
      return new WordPacking(bits, group, said("int" + bits, "compressed-tensors, " + by));
    }
    boolean eight =
        bits == 8
            && ((format.equals("int-quantized") && type.equals("int"))
                || (format.equals("float-quantized") && type.equals("float"))
                || format.equals("naive-quantized"));
    if (!eight || !known) {
      throw refused(
          "compressed-tensors in format",
          format + " (" + type + ", " + bits + " bits, by " + strategy + ")");
    }
    int[] block = strategy.equals("block") ? block(first.path("block_structure")) : null;
    return new ScaledPacking(
        ".weight_scale",
        block == null ? 1 : block[0],
        block == null ? Math.max(1, group) : block[1],
        said(type.equals("int") ? "int8" : "fp8", "compressed-tensors, " + by));
  }

  private int[] block(JsonNode block) {
    int rows = block.path(0).asInt(0);
    int columns = block.path(1).asInt(0);
    if (block.size() != 2 || rows < 1 || columns < 1) {
      throw refused("blocks of", ModelJson.shown(block));
    }
    return new int[] {rows, columns};
  }

  private String text(String key, String otherwise) {
    return ModelJson.text(json, key, otherwise, where);
  }

  private static String said(String numbers, String how) {
    return "its weights are " + numbers + " (" + how + ") and are unpacked as they are read";
  }

  private UserError refused(String what, String found) {
    return UserError.configuration(
        "%s: %s has %s %s, which is not read: %s",
        where, KEY, what, found.length() > 80 ? found.substring(0, 80) + "…" : found, SUPPORTED);
  }
}
