package io.assize.corpus;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.PROMPT_ID;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;

import java.util.List;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/** The corpus's columns: the one place that knows their names. */
public enum CorpusSchema {
  /** Two responses to one prompt. */
  PAIRWISE(
      List.of(
          required(SAMPLE_ID),
          required("prompt"),
          required(MODEL_A),
          required(MODEL_B),
          required(RESPONSE_A),
          required(RESPONSE_B),
          optional("scenario", DataTypes.StringType),
          optional("label", DataTypes.StringType),
          optional("reference", DataTypes.StringType))),
  /** One response to a prompt. */
  SINGLE(
      List.of(
          required(SAMPLE_ID),
          required("prompt"),
          required("model"),
          required("response"),
          optional("scenario", DataTypes.StringType),
          optional("rating", DataTypes.DoubleType),
          optional("reference", DataTypes.StringType))),
  /** One response of a model to a prompt, of which pairs are made. */
  OUTPUTS(
      List.of(
          required(PROMPT_ID),
          required("prompt"),
          required("model"),
          required("response"),
          optional("scenario", DataTypes.StringType))),
  /** Rows of either kind that were judged already: what summaries may need of them. */
  JUDGED(
      List.of(
          required(SAMPLE_ID),
          optional("prompt", DataTypes.StringType),
          optional(MODEL_A, DataTypes.StringType),
          optional(MODEL_B, DataTypes.StringType),
          optional(RESPONSE_A, DataTypes.StringType),
          optional(RESPONSE_B, DataTypes.StringType),
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

  /** The columns that tell rows apart. */
  public List<String> identity() {
    return this == OUTPUTS ? List.of(PROMPT_ID, "model") : List.of(SAMPLE_ID);
  }

  /** The columns that hold responses. */
  public List<String> responses() {
    return among(RESPONSE_A, RESPONSE_B, "response");
  }

  /** The columns that hold models' names. */
  public List<String> models() {
    return among(MODEL_A, MODEL_B, "model");
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
