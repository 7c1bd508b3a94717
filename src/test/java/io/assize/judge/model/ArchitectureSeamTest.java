package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.judge.model.CraftedModels.Gguf;
import io.assize.judge.model.TensorSpec.Role;
import io.assize.prompt.ChatMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A family of models is one class and one line in a list: what is checked, how much memory it takes
 * and what is read from which file follow from its list of tensors.
 */
class ArchitectureSeamTest {
  private static final Path TINY = Path.of("src/test/resources/golden/tiny-llama");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int WIDTH = 8;
  private static final int INNER = 12;
  private static final int VOCABULARY = 258;
  private static final int DEPTH = 2;

  /** The line. */
  private static final List<Architecture> KNOWN = with(new Pebble());

  @TempDir private Path dir;

  private static List<Architecture> with(Architecture further) {
    List<Architecture> known = new ArrayList<>(Architectures.ALL);
    known.add(further);
    return known;
  }

  /** The class: heads of queries and keys in one matrix, and a bias that only some models have. */
  private static final class Pebble implements Architecture {
    @Override
    public String name() {
      return "PebbleForCausalLM";
    }

    @Override
    public Optional<String> ggufName() {
      return Optional.of("pebble");
    }

    @Override
    public DecoderConfig config(JsonNode json, String where) {
      return config(ModelNumbers.ofJson(json, where));
    }

    @Override
    public DecoderConfig config(GgufFile file) {
      return config(file.numbers());
    }

    private static DecoderConfig config(ModelNumbers numbers) {
      int width = numbers.whole("width", 1, 1024);
      int depth = numbers.whole("depth", 1, 64);
      boolean bias = numbers.whole("bias", 0, 0, 1) == 1;
      return DecoderConfig.likeLlama(
          depth,
          width,
          false,
          Attention.of(2, 1, width / 2).with(false, bias),
          Positions.of(128, Rope.of(10_000), depth),
          1e-5);
    }

    @Override
    public List<TensorSpec> tensors() {
      Dimension both = sizes -> Dimension.QUERIES.of(sizes) + Dimension.KEYS.of(sizes);
      return List.of(
          TensorSpec.of(
              Role.EMBEDDING, "words", "token_embd", Dimension.VOCABULARY, Dimension.HIDDEN),
          TensorSpec.of(Role.FINAL_NORM, "last", "output_norm", Dimension.HIDDEN),
          TensorSpec.of(Role.HEAD, "out", "output", Dimension.VOCABULARY, Dimension.HIDDEN),
          TensorSpec.inLayer("stone.*.qk", "blk.*.attn_qk", both, Dimension.HIDDEN),
          TensorSpec.inLayer("stone.*.qk_bias", "blk.*.attn_qk_bias", both)
              .when(DecoderConfig::outBias),
          TensorSpec.of(
              Role.LAYER_DOWN,
              "stone.*.down",
              "blk.*.ffn_down",
              Dimension.HIDDEN,
              Dimension.INNER));
    }

    @Override
    public String version() {
      return "pebble-1";
    }
  }

  @Test
  void itsCheckpointsAreReadByItsOwnNames() throws IOException {
    try (Checkpoint checkpoint = open(directory(tensors(), 0))) {
      ModelTensors tensors = ModelTensors.of(checkpoint, "pebble");
      assertThat(checkpoint.architecture().version()).isEqualTo("pebble-1");
      assertThat(tensors.sizes().vocabulary()).isEqualTo(VOCABULARY);
      assertThat(tensors.sizes().inner()).isEqualTo(INNER);
      List<Tensor> layer = tensors.layer(1);
      assertThat(layer.stream().map(Tensor::name))
          .containsExactly("stone.1.qk", "stone.1.qk_bias", "stone.1.down");
      assertThat(layer.stream().map(tensors::has)).containsExactly(true, false, true);
      // Numbers are those of the tensor's place in the file.
      FloatBuffer second = checkpoint.read(layer.get(2), 1, 1);
      assertThat(second.capacity()).isEqualTo(INNER);
      assertThat(second.get(0)).isEqualTo(6 * 10_000 + INNER);
    }
  }

  @Test
  void whatItLacksIsRefusedByItsOwnName() throws IOException {
    for (String name : tensors().keySet()) {
      Map<String, long[]> lacking = tensors();
      lacking.remove(name);
      refused(directory(lacking, 0), "model pebble lacks the tensor " + name);
      Map<String, long[]> wrong = tensors();
      wrong.put(name, new long[] {WIDTH, 3, 3});
      refused(directory(wrong, 0), "has shape");
    }
    refused(directory(tensors(), 1), "model pebble lacks the tensor stone.0.qk_bias");
  }

  @Test
  void itsMemoryFollowsFromItsTensors() throws IOException {
    try (Checkpoint checkpoint = open(directory(tensors(), 0))) {
      ModelTensors tensors = ModelTensors.of(checkpoint, "pebble");
      // Two of queries and one of keys, each of width / 2, and the product back.
      long layers = DEPTH * (WIDTH * WIDTH * 3 / 2 + WIDTH * INNER);
      assertThat(tensors.layerWeights()).isEqualTo(layers);
      long ends = 2L * VOCABULARY * WIDTH;
      assertThat(tensors.weightBytes(Precision.FP32)).isEqualTo(4 * (layers + ends));
      assertThat(tensors.weightBytes(Precision.INT8)).isEqualTo(layers + 2 * ends);
      MemoryEstimate estimate = MemoryEstimate.of(tensors, Precision.BF16, 1000, 16);
      assertThat(estimate.weights()).isEqualTo(2 * (layers + ends));
      assertThat(estimate.cache()).isEqualTo(1000L * 2 * DEPTH * (WIDTH / 2) * 2);
    }
  }

  @Test
  void itsGgufFilesAreReadByTheirNamesThere() throws IOException {
    Gguf file = gguf();
    Path path = Files.write(dir.resolve("pebble.gguf"), file.bytes());
    try (Checkpoint checkpoint = open(path)) {
      ModelTensors tensors = ModelTensors.of(checkpoint, "pebble");
      assertThat(tensors.layer(1).stream().map(Tensor::ggufName))
          .containsExactly("blk.1.attn_qk", "blk.1.attn_qk_bias", "blk.1.ffn_down");
      assertThat(tensors.sizes().inner()).isEqualTo(INNER);
      assertThat(checkpoint.read(tensors.only(Role.LAYER_DOWN), 2, 3).capacity())
          .isEqualTo(3 * INNER);
    }
    file.tensors.removeIf(tensor -> tensor.name().equals("blk.1.attn_qk"));
    refused(
        Files.write(dir.resolve("pebble.gguf"), file.bytes()),
        "model pebble lacks the tensor stone.1.qk");
  }

  @Test
  void whoeverDoesNotKnowItSaysWhatIsKnown() throws IOException {
    Path directory = directory(tensors(), 0);
    assertThatThrownBy(() -> CheckpointFiles.find(directory).open().close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining(
            "architecture PebbleForCausalLM is not supported: use a model of LlamaForCausalLM,"
                + " MistralForCausalLM, Qwen2ForCausalLM, Qwen3ForCausalLM");
    Path file = Files.write(dir.resolve("pebble.gguf"), gguf().bytes());
    assertThatThrownBy(() -> CheckpointFiles.find(file).open().close())
        .hasMessageContaining(
            "architecture pebble is not supported: use a model of architecture llama");
  }

  /** Verdicts that were kept under this version are found again. */
  @Test
  void theVersionInKeysIsTheFamilysOwnAndStaysWhatItWas() {
    Map<String, String> versions = new LinkedHashMap<>();
    Architectures.ALL.forEach(family -> versions.put(family.name(), family.version()));
    Map<String, String> kept = new LinkedHashMap<>();
    for (String name : List.of("Llama", "Mistral", "Qwen2", "Qwen3")) {
      kept.put(name + "ForCausalLM", "decoder-4");
    }
    // A reward model's is its decoder's and that of how it scores.
    for (String name : List.of("Llama", "Mistral", "Qwen2", "Qwen3")) {
      kept.put(name + "ForSequenceClassification", "decoder-4,score-1");
    }
    kept.put("Gemma2ForSequenceClassification", "gemma2-1,score-1");
    kept.put("GptOssForCausalLM", "gpt-oss-1");
    kept.put("SmolLM3ForCausalLM", "smollm3-1");
    kept.put("GraniteForCausalLM", "granite-1");
    kept.put("Olmo2ForCausalLM", "olmo2-1");
    kept.put("Phi3ForCausalLM", "phi3-1");
    kept.put("Gemma2ForCausalLM", "gemma2-1");
    kept.put("Gemma3ForCausalLM", "gemma3-1");
    kept.put("Gemma3ForConditionalGeneration", "gemma3-1");
    kept.put("MixtralForCausalLM", "mixture-1");
    kept.put("Qwen3MoeForCausalLM", "mixture-1");
    assertThat(versions).containsExactlyInAnyOrderEntriesOf(kept);
    CheckpointFiles files =
        CheckpointFiles.check(
            TINY, 8, List.of(new ChatMessage("user", "hello")), "model", PromptTokenizer::new);
    assertThat(files.version()).isEqualTo("decoder-4");
  }

  /** As the graph's {@code add_layer} takes them. */
  @Test
  void theGraphsPlacesAreTheListsOrder() {
    List<String> places =
        List.of(
            "input_layernorm.weight",
            "self_attn.q_proj.weight",
            "self_attn.k_proj.weight",
            "self_attn.v_proj.weight",
            "self_attn.q_proj.bias",
            "self_attn.k_proj.bias",
            "self_attn.v_proj.bias",
            "self_attn.q_norm.weight",
            "self_attn.k_norm.weight",
            "self_attn.o_proj.weight",
            "self_attn.o_proj.bias",
            "post_attention_layernorm.weight",
            "mlp.gate_proj.weight",
            "mlp.up_proj.weight",
            "mlp.down_proj.weight");
    assertThat(namesOf(LlamaFamily.of("LlamaForCausalLM").tensors())).isEqualTo(places);
    // Others have further places, and in these the same or nothing, but for a norm's name.
    List<String> usual = namesOf(TensorList.usual().list(""));
    assertThat(usual.subList(0, places.size())).isEqualTo(places);
    for (Architecture architecture : Architectures.ALL) {
      int count = namesOf(architecture.tensors()).size();
      assertThat(count).as(architecture.name()).isIn(places.size(), places.size() + 5);
    }
  }

  private static List<String> namesOf(List<TensorSpec> tensors) {
    return tensors.stream()
        .filter(spec -> spec.role().inLayer())
        .map(spec -> new Tensor(spec, 7).name().replace("model.layers.7.", ""))
        .toList();
  }

  private static Checkpoint open(Path model) throws IOException {
    return CheckpointFiles.find(model).open(KNOWN);
  }

  private static void refused(Path model, String message) {
    assertThatThrownBy(
            () -> {
              try (Checkpoint checkpoint = open(model)) {
                ModelTensors.of(checkpoint, "pebble");
              }
            })
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  /** All that a model without a bias has, by Hugging Face's names. */
  private static Map<String, long[]> tensors() {
    Map<String, long[]> tensors = new LinkedHashMap<>();
    tensors.put("words", new long[] {VOCABULARY, WIDTH});
    tensors.put("last", new long[] {WIDTH});
    tensors.put("out", new long[] {VOCABULARY, WIDTH});
    for (int layer = 0; layer < DEPTH; layer++) {
      tensors.put("stone." + layer + ".qk", new long[] {WIDTH * 3 / 2, WIDTH});
      tensors.put("stone." + layer + ".down", new long[] {WIDTH, INNER});
    }
    return tensors;
  }

  private Path directory(Map<String, long[]> tensors, int bias) throws IOException {
    Path model = Files.createDirectories(dir.resolve("pebble"));
    ObjectNode config = JSON.createObjectNode();
    config.putArray("architectures").add("PebbleForCausalLM");
    config.put("width", WIDTH).put("depth", DEPTH).put("bias", bias);
    JSON.writeValue(model.resolve("config.json").toFile(), config);
    ObjectNode header = JSON.createObjectNode();
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    int number = 0;
    for (Map.Entry<String, long[]> tensor : tensors.entrySet()) {
      ObjectNode entry = header.putObject(tensor.getKey());
      entry.put("dtype", "F32");
      entry.set("shape", JSON.valueToTree(tensor.getValue()));
      int count = (int) Shapes.count(tensor.getValue());
      entry.putArray("data_offsets").add(data.size()).add(data.size() + 4 * count);
      ByteBuffer floats = ByteBuffer.allocate(4 * count).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < count; i++) {
        floats.putFloat(number * 10_000 + i);
      }
      data.writeBytes(floats.array());
      number++;
    }
    byte[] json = header.toString().getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(json.length).put(json).put(data.toByteArray());
    Files.write(model.resolve("model.safetensors"), file.array());
    return model;
  }

  /** The same in GGUF, whose dimensions stand innermost first. */
  private static Gguf gguf() {
    Gguf file = CraftedModels.soundGguf();
    file.with("general.architecture", "pebble").with("width", WIDTH).with("depth", DEPTH);
    file.tensors.clear();
    Map<String, String> names =
        Map.of("words", "token_embd", "last", "output_norm", "out", "output");
    Set<Map.Entry<String, long[]>> all = tensors().entrySet();
    for (Map.Entry<String, long[]> tensor : all) {
      String name = tensor.getKey();
      String there =
          names.getOrDefault(
              name,
              name.replace("stone", "blk").replace("qk", "attn_qk").replace("down", "ffn_down"));
      long[] shape = tensor.getValue();
      long[] turned = shape.length == 1 ? shape : new long[] {shape[1], shape[0]};
      file.tensor(there, 0, (int) (4 * Shapes.count(shape)), turned);
    }
    return file;
  }
}
