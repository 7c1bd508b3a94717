package io.assize.cli.bench;

import io.assize.cli.GivenConfig;
import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.Prompt;
import io.assize.judge.djl.DjlJudge;
import io.assize.judge.djl.PrecisionChoice;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What the engine is measured on: a judge in this process, and prompts that fit it. A flag goes
 * before {@code -D}, and that before the file.
 */
final class Workload {
  /** What the precision's option says, where there is one. */
  static final String PRECISION = "of the judge (default: the configuration's, or auto)";

  private static final String DEVICE = "cpu";

  /** Tokens that are left free beside prompt and answer. */
  private static final int SPARE_TOKENS = 32;

  /** Where neither a file nor a flag says anything. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "assize.judge.max_new_tokens", "64",
          "assize.judge.context_length", "2048",
          "assize.judge.threads", "2");

  @Mixin private GivenConfig given;

  @Option(
      names = "--pairs",
      paramLabel = "FILE",
      description = "Auto-J's pairs, as testdata_pairwise.jsonl")
  private Path pairs;

  @Option(
      names = "--model",
      paramLabel = "PATH",
      description = "the judge (scripts/assize bench fetches the demo's and fills this in)")
  private Path model;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "256",
      description = "prompts (default: ${DEFAULT-VALUE})")
  private int count;

  @Option(
      names = "--new-tokens",
      paramLabel = "N",
      description = "most tokens of an answer (default: the configuration's, or 64)")
  private Integer newTokens;

  @Option(
      names = "--context",
      paramLabel = "N",
      description =
          "tokens of prompt and answer, longer pairs are passed over (default: the"
              + " configuration's, or 2048)")
  private Integer context;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "CPU threads, ours and the peers' (default: the configuration's, or 2)")
  private Integer threads;

  /** What {@code precision} stands for here; null stands for the configuration's. */
  String resolved(String precision) {
    return EngineConfig.of(PrecisionChoice.here(config(precision, Map.of()), DEVICE)).precision();
  }

  /** Opens the judge; {@code more} are keys of {@code assize.judge} that the measurement sets. */
  DjlJudge open(String precision, Map<String, Object> more) {
    return DjlJudge.open(config(precision, more), DEVICE);
  }

  /** The judge as it is measured, but for its precision. */
  JudgeConfig config() {
    return config(null, Map.of());
  }

  private JudgeConfig config(String precision, Map<String, Object> more) {
    Map<String, String> flags = new LinkedHashMap<>();
    flags.put("model", text(model));
    flags.put("precision", precision);
    flags.put("max_new_tokens", text(newTokens));
    flags.put("context_length", text(context));
    flags.put("threads", text(threads));
    flags.put("decision", "text");
    more.forEach((key, value) -> flags.put(key, value.toString()));
    JudgeConfig judge = given.judge(DEFAULTS, flags);
    if (!judge.kind().equals("djl")) {
      throw UserError.configuration(
          "assize.judge.kind is %s: this measures a model in this process, djl", judge.kind());
    }
    return judge;
  }

  private static String text(Object value) {
    return value == null ? null : value.toString();
  }

  /**
   * The first prompts that fit with their answers into the context.
   *
   * @throws UserError where no file of pairs is named, or it has too few
   */
  List<Prompt> prompts(DjlJudge judge) {
    if (pairs == null) {
      throw UserError.configuration("--pairs is missing: name Auto-J's pairs, as JSON lines");
    }
    JudgeConfig config = config();
    int most =
        EngineConfig.of(config).contextLength() - config.decoding().maxNewTokens() - SPARE_TOKENS;
    List<Prompt> fitting =
        AutoJPrompts.read(pairs).stream()
            .filter(prompt -> judge.tokens(prompt.messages(), prompt.chat()).length <= most)
            .limit(count)
            .toList();
    if (fitting.size() < count) {
      throw UserError.configuration(
          "%s has %d prompts that fit, not %d: lower --count", pairs, fitting.size(), count);
    }
    return fitting;
  }
}
