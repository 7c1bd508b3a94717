package io.assize.config;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The judge: what all kinds have, and the settings of its own.
 *
 * @param kind see {@link JudgeKind}
 * @param name its name in the tables; null: made from kind and model
 * @param model djl: a checkpoint directory or GGUF file; http: the model's name there
 * @param decoding how a language model comes to its verdict
 * @param rows how rows are handed in and what becomes of some
 * @param settings those of its kind
 */
public record JudgeConfig(
    String kind,
    String name,
    String model,
    DecodingConfig decoding,
    Rows rows,
    JudgeSettings settings)
    implements Serializable {

  /**
   * How rows are handed in and what becomes of some.
   *
   * @param tooLong what becomes of one whose prompt does not fit: {@code fail} or {@code
   *     truncate_middle}
   * @param unparsableRetries how often an answer without a decision is asked for again
   * @param window that a task hands in before it waits, 0 for twice what the judge works on
   * @param idleUnloadSeconds an unused judge is closed after so many seconds
   */
  public record Rows(String tooLong, int unparsableRetries, int window, int idleUnloadSeconds)
      implements Serializable {
    static Rows of(Settings settings) {
      return new Rows(
          settings.choice("too_long", "fail", "truncate_middle"),
          settings.integer("unparsable_retries", 0, 100),
          settings.integer("window", 0, 1 << 20),
          settings.integer("idle_unload_seconds", 1, 1 << 20));
    }
  }

  static JudgeConfig of(Settings settings) {
    // Every section is read, so that a mistake is found whichever kind is named.
    Map<String, JudgeSettings> kinds = new LinkedHashMap<>();
    JudgeKind.all().forEach(kind -> kinds.put(kind.kind(), kind.settings(settings)));
    String kind = settings.choice("kind", kinds.keySet().toArray(new String[0]));
    JudgeConfig judge =
        new JudgeConfig(
            kind,
            settings.optionalName("name"),
            settings.optionalText("model"),
            DecodingConfig.of(settings),
            Rows.of(settings),
            kinds.get(kind));
    judge.settings.check(judge);
    if (judge.decoding.scores() && !judge.settings.canScore()) {
      throw UserError.configuration(
          "assize.judge.decision is score, which reward models in the executor give (kind djl), and"
              + " assize.judge.kind is %s: leave decision at critique, or name another kind",
          kind);
    }
    int context = BatchConfig.of(settings).contextLength();
    if (!judge.decoding.scores() && judge.decoding.maxNewTokens() >= context) {
      throw UserError.configuration(
          "assize.judge.max_new_tokens is %d: it must be below assize.judge.context_length, %d",
          judge.decoding.maxNewTokens(), context);
    }
    return judge;
  }

  /**
   * The settings of its kind.
   *
   * @throws ClassCastException where it is of another kind
   */
  public <T extends JudgeSettings> T settings(Class<T> kindOfSettings) {
    return kindOfSettings.cast(settings);
  }

  /** The same judge with its model at another place. */
  public JudgeConfig withModel(String elsewhere) {
    return new JudgeConfig(kind, name, elsewhere, decoding, rows, settings);
  }

  /** The same judge with other settings of its kind. */
  public JudgeConfig with(JudgeSettings others) {
    return new JudgeConfig(kind, name, model, decoding, rows, others);
  }

  /** How many rows a task hands in before it waits. */
  public int effectiveWindow() {
    return rows.window() > 0 ? rows.window() : 2 * settings.concurrency();
  }

  /** Whether responses that do not fit are cut. */
  public boolean truncates() {
    return rows.tooLong().equals("truncate_middle");
  }

  /** How often an answer without a decision is asked for again. */
  public int unparsableRetries() {
    return rows.unparsableRetries();
  }

  /** What of the settings can change a language model's answer. */
  public String identity() {
    String own = settings.identity().isEmpty() ? "" : settings.identity() + ";";
    String cuts = truncates() ? ";too_long=truncate_middle" : "";
    String retries = unparsableRetries() > 0 ? ";unparsable_retries=" + unparsableRetries() : "";
    return own + decoding.identity() + cuts + retries;
  }
}
