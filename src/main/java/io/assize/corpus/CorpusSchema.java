package io.assize.corpus;

import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** The corpus's columns: the one place that knows their names. */
public enum CorpusSchema {
  /** Two responses to one prompt. */
  PAIRWISE(
      List.of(
          required("sample_id"),
          required("prompt"),
          required("model_a"),
          required("model_b"),
          required("response_a"),
          required("response_b"),
          optional("scenario", DataTypes.StringType),
          optional("label", DataTypes.StringType),
          optional("reference", DataTypes.StringType))),
  /** One response to a prompt. */
  SINGLE(
      List.of(
          required("sample_id"),
          required("prompt"),
          required("model"),
          required("response"),
          optional("scenario", DataTypes.StringType),
          optional("rating", DataTypes.DoubleType),
          optional("reference", DataTypes.StringType))),
  /** Rows of either kind that were judged already: what summaries may need of them. */
  JUDGED(
      List.of(
          required("sample_id"),
          optional("prompt", DataTypes.StringType),
          optional("model_a", DataTypes.StringType),
          optional("model_b", DataTypes.StringType),
          optional("response_a", DataTypes.StringType),
          optional("response_b", DataTypes.StringType),
          optional("model", DataTypes.StringType),
          optional("response", DataTypes.StringType),
          optional("scenario", DataTypes.StringType),
          optional("label", DataTypes.StringType),
          optional("rating", DataTypes.DoubleType),
          optional("reference", DataTypes.StringType)));

  @SuppressWarnings("ImmutableEnumChecker") // The lists are List.of.
  private final List<Field> fields;

  CorpusSchema(List<Field> fields) {
    this.fields = fields;
  }

  /** One column: its name, its type, and whether a corpus must have it. */
  public record Field(String name, DataType type, boolean required) {}

  public List<Field> fields() {
    return fields;
  }

  /** The columns that hold responses. */
  public List<String> responses() {
    return among("response_a", "response_b", "response");
  }

  /** The columns that hold models' names. */
  public List<String> models() {
    return among("model_a", "model_b", "model");
  }

  /** The columns that every row must have a value in. */
  List<String> required() {
    return fields.stream().filter(Field::required).map(Field::name).toList();
  }

  boolean has(String name) {
    return fields.stream().anyMatch(field -> field.name().equals(name));
  }

  private List<String> among(String... names) {
    return List.of(names).stream().filter(this::has).toList();
  }

  private static Field required(String name) {
    return new Field(name, DataTypes.StringType, true);
  }

  private static Field optional(String name, DataType type) {
    return new Field(name, type, false);
  }
}
