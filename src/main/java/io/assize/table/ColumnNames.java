package io.assize.table;

/** Names of columns that several tables have, and the corpus. */
public final class ColumnNames {
  public static final String SAMPLE_ID = "sample_id";
  public static final String PROMPT_ID = "prompt_id";
  public static final String VERDICT_KEY = "verdict_key";
  public static final String MODEL_A = "model_a";
  public static final String MODEL_B = "model_b";
  public static final String RESPONSE_A = "response_a";
  public static final String RESPONSE_B = "response_b";
  public static final String PROBABILITY_A = "probability_a";
  public static final String RUN_ID = "run_id";
  public static final String JUDGED_AT = "judged_at";
  public static final String JUDGED_FOR = "judged_for";

  private ColumnNames() {}
}
