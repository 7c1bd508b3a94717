package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import io.assize.judge.model.TensorSpec.Role;
import java.util.List;
import java.util.Optional;

/**
 * Another family's decoder with a head of one label in place of its vocabulary: what {@code
 * transformers} calls {@code …ForSequenceClassification}. Its label's logit after the last token of
 * a chat is the score of the chat's last turn.
 *
 * @param body the family whose decoder it has
 */
record RewardModel(Architecture body) implements Architecture {
  private static final String VERSION = "score-1";
  private static final TensorSpec HEAD =
      TensorSpec.of(Role.HEAD, "score.weight", "", sizes -> 1, Dimension.HIDDEN);

  @Override
  public String name() {
    return body.name().replace("ForCausalLM", "ForSequenceClassification");
  }

  @Override
  public Optional<String> ggufName() {
    return Optional.empty();
  }

  @Override
  public boolean scores() {
    return true;
  }

  @Override
  public DecoderConfig config(JsonNode json, String where) {
    // As transformers counts them: a map of labels wins over their number, which is 2 by default.
    JsonNode map = json.path("id2label");
    int labels =
        map.isObject()
            ? map.size()
            : ModelNumbers.ofJson(json, where).whole("num_labels", 2, 0, Integer.MAX_VALUE);
    if (labels != 1) {
      throw UserError.configuration(
          "%s: the model has %d labels (%s): as a judge it must have one, its score; models with"
              + " several are read by code of their authors': use one that is trained with one",
          where, labels, map.isObject() ? "id2label" : "num_labels");
    }
    // What caps a vocabulary's logits is no part of the score.
    DecoderConfig config = body.config(json, where);
    Scales scales = config.scales();
    return config.with(new Scales(scales.embedding(), scales.parts(), scales.logits(), 0));
  }

  @Override
  public DecoderConfig config(GgufFile file) {
    throw new UnsupportedOperationException("reward models are not read from GGUF");
  }

  @Override
  public List<TensorSpec> tensors() {
    return body.tensors().stream().map(spec -> spec.role() == Role.HEAD ? HEAD : spec).toList();
  }

  @Override
  public List<Precision> precisions() {
    return body.precisions();
  }

  @Override
  public String graph() {
    return body.graph();
  }

  @Override
  public String version() {
    return body.version() + "," + VERSION;
  }
}
