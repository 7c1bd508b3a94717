package io.assize.config;

import com.typesafe.config.ConfigUtil;
import java.io.Serializable;
import java.util.Map;

/**
 * The judge.
 *
 * @param kind {@code djl}, {@code http}, {@code replay} or {@code length}
 * @param name its name in the tables; null: made from kind and model
 * @param model djl: a checkpoint directory or GGUF file; http: the model's name there
 * @param decoding how a language model comes to its verdict
 * @param engine djl: how the model is run
 * @param http http: the endpoint
 * @param tooLong what becomes of a row whose prompt does not fit: {@code fail} or {@code
 *     truncate_middle}
 * @param unparsableRetries how often an answer without a decision is asked for again
 * @param window rows that a task hands in before it waits, 0 for twice what the judge works on
 * @param recordings replay: the Parquet folder of recorded outputs
 * @param margin length: a tie within this share of the longer response's words
 */
public record JudgeConfig(
    String kind,
    String name,
    String model,
    DecodingConfig decoding,
    EngineConfig engine,
    HttpConfig http,
    String tooLong,
    int unparsableRetries,
    int window,
    String recordings,
    double margin)
    implements Serializable {

  static JudgeConfig of(Settings settings) {
    JudgeConfig judge =
        new JudgeConfig(
            settings.choice("kind", "djl", "http", "replay", "length"),
            settings.optionalName("name"),
            settings.optionalText("model"),
            DecodingConfig.of(settings),
            EngineConfig.of(settings),
            HttpConfig.of(settings.section("http")),
            settings.choice("too_long", "fail", "truncate_middle"),
            settings.integer("unparsable_retries", 0, 100),
            settings.integer("window", 0, 1 << 20),
            settings.optionalText("recordings"),
            settings.number("margin", 0, 1));
    judge.check();
    return judge;
  }

  /** A judge that gives back recorded outputs; the defaults for the rest. */
  public static JudgeConfig replay(String name, String recordings) {
    return AssizeConfig.parse(
            "assize { corpus.path = none, output.dir = none, judge.kind = replay }",
            Map.of(
                "assize.judge.name", ConfigUtil.quoteString(name),
                "assize.judge.recordings", ConfigUtil.quoteString(recordings)))
        .judge();
  }

  /** The same judge with its model at another place. */
  public JudgeConfig withModel(String elsewhere) {
    return new JudgeConfig(
        kind,
        name,
        elsewhere,
        decoding,
        engine,
        http,
        tooLong,
        unparsableRetries,
        window,
        recordings,
        margin);
  }

  /** The same judge in another precision. */
  public JudgeConfig withPrecision(String precision) {
    return new JudgeConfig(
        kind,
        name,
        model,
        decoding,
        engine.withPrecision(precision),
        http,
        tooLong,
        unparsableRetries,
        window,
        recordings,
        margin);
  }

  /** How many rows a task hands in before it waits. */
  public int effectiveWindow() {
    return window > 0 ? window : 2 * (kind.equals("http") ? http.concurrency() : engine.slots());
  }

  /** Whether responses that do not fit are cut. */
  public boolean truncates() {
    return tooLong.equals("truncate_middle");
  }

  /** What of the settings can change a language model's answer. */
  public String identity() {
    String rows = truncates() ? ";too_long=truncate_middle" : "";
    String retries = unparsableRetries > 0 ? ";unparsable_retries=" + unparsableRetries : "";
    String model =
        kind.equals("djl") ? engine.identity() + ";" + decoding.identity() : decoding.identity();
    return model + rows + retries;
  }

  private void check() {
    boolean blank = model == null || model.isBlank();
    if (kind.equals("djl") && blank) {
      throw UserError.configuration(
          "assize.judge.model is missing: name a Hugging Face directory or a .gguf file");
    }
    if (kind.equals("http") && blank) {
      throw UserError.configuration(
          "assize.judge.model is missing: name the model as the endpoint calls it");
    }
    if (kind.equals("http") && (http.url() == null || http.url().isBlank())) {
      throw UserError.configuration(
          "assize.judge.http.url is missing: name the endpoint, as http://host:8000/v1");
    }
    if (kind.equals("replay") && (recordings == null || recordings.isBlank())) {
      throw UserError.configuration(
          "assize.judge.recordings is missing: name the Parquet folder of recorded outputs");
    }
    if (decoding.maxNewTokens() >= engine.contextLength()) {
      throw UserError.configuration(
          "assize.judge.max_new_tokens is %d: it must be below assize.judge.context_length, %d",
          decoding.maxNewTokens(), engine.contextLength());
    }
    if (kind.equals("djl") && engine.cacheTokens() < engine.contextLength()) {
      throw UserError.configuration(
          "assize.judge.cache_tokens is %d: it must hold one sequence of"
              + " assize.judge.context_length, %d",
          engine.cacheTokens(), engine.contextLength());
    }
  }
}
