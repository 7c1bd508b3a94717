package io.assize.judge.model;

/**
 * One tensor of a model.
 *
 * @param spec what it is
 * @param layer its layer's number, from 0; 0 where it is in none
 * @param expert its expert's number in the layer, likewise
 */
public record Tensor(TensorSpec spec, int layer, int expert) {

  /** One that no expert has. */
  public Tensor(TensorSpec spec, int layer) {
    this(spec, layer, 0);
  }

  /** Its name in Hugging Face's checkpoints. */
  public String name() {
    return numbered(spec.name());
  }

  /** Its name in GGUF. */
  public String ggufName() {
    return numbered(spec.ggufName());
  }

  private String numbered(String pattern) {
    return pattern.replace("*", Integer.toString(layer)).replace("#", Integer.toString(expert));
  }
}
