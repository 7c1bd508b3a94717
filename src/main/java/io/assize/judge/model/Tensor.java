package io.assize.judge.model;

/**
 * One tensor of a model.
 *
 * @param spec what it is
 * @param layer its layer's number, from 0; 0 where it is in none
 */
public record Tensor(TensorSpec spec, int layer) {

  /** Its name in Hugging Face's checkpoints. */
  public String name() {
    return numbered(spec.name());
  }

  /** Its name in GGUF. */
  public String ggufName() {
    return numbered(spec.ggufName());
  }

  private String numbered(String pattern) {
    return pattern.replace("*", Integer.toString(layer));
  }
}
