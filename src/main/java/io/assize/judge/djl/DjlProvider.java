package io.assize.judge.djl;

import io.assize.config.DecodingConfig;
import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.JudgeSettings;
import io.assize.config.Settings;
import io.assize.config.UserError;
import io.assize.judge.Judge;
import io.assize.judge.JudgeProvider;
import io.assize.judge.JudgeSpec;
import io.assize.judge.Prompt;
import io.assize.judge.Reading;
import io.assize.judge.generate.ModelText;
import io.assize.judge.generate.PromptReading;
import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.CheckpointFiles;
import io.assize.judge.model.TokenPieces;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.PromptTemplate;
import io.assize.prompt.Protocol;
import io.assize.prompt.ScoredChats;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** {@code djl}: a model in the executor's JVM. */
public final class DjlProvider implements JudgeProvider {
  @Override
  public String kind() {
    return "djl";
  }

  @Override
  public JudgeSettings settings(Settings judge) {
    return EngineConfig.of(judge);
  }

  @Override
  public JudgeSpec check(JudgeConfig judge, Protocol protocol) {
    boolean scores = judge.decoding().scores();
    refuseOtherDecision(scores, protocol);
    // A Spark job has asked its executors; else this JVM is the one that will judge.
    boolean open = precision(judge).equals(EngineConfig.AUTO);
    JudgeConfig here = open ? PrecisionChoice.here(judge, "cpu") : judge;
    CheckpointFiles files =
        CheckpointFiles.check(
            Path.of(judge.model()),
            judge.decoding().writes() ? judge.decoding().maxNewTokens() : 0,
            scores,
            probe(protocol),
            protocol.chat(),
            judge.decoding().chatVariables(),
            PromptTokenizer::new);
    return new JudgeSpec(
        here,
        JudgeSpec.named(judge, files.name()),
        JudgeSpec.sha256(kind(), files.version(), files.sha256(), here.identity()),
        files.sums());
  }

  /** Messages as the model will read them at once. */
  private static List<ChatMessage> probe(Protocol protocol) {
    List<ChatMessage> messages = PromptTemplate.probe(protocol);
    return protocol.scores() ? ScoredChats.of(messages).get(0) : messages;
  }

  private static void refuseOtherDecision(boolean scores, Protocol protocol) {
    if (scores && !protocol.scores()) {
      throw UserError.configuration(
          "assize.judge.decision is score, and protocol %s is not made for scores: set"
              + " assize.protocol to reward, reward-single or a file with decision = score",
          protocol.name());
    }
    if (!scores && protocol.scores()) {
      throw UserError.configuration(
          "protocol %s wants scores: set assize.judge.decision to score and name a reward model, or"
              + " choose another protocol",
          protocol.name());
    }
  }

  @Override
  public Judge open(JudgeSpec spec, String device) {
    return DjlJudge.open(spec.config(), spec.files(), device);
  }

  @Override
  public List<Reading> readings(JudgeSpec spec, Prompt prompt) {
    String model = spec.config().model();
    DecodingConfig decoding = spec.config().decoding();
    try (Checkpoint checkpoint = CheckpointFiles.find(Path.of(model)).open();
        PromptTokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerJson(), model)) {
      int context = checkpoint.config().contextLength();
      ModelText text = DjlJudge.text(checkpoint, tokenizer, decoding, context);
      TokenPieces pieces = new TokenPieces(checkpoint.tokenizerJson(), model);
      return new PromptReading(text, decoding, pieces::of).of(prompt);
    } catch (IOException e) {
      throw UserError.failure("model %s cannot be read: %s", model, e.getMessage());
    }
  }

  @Override
  public boolean readsFiles() {
    return true;
  }

  @Override
  public String modelCache(JudgeConfig judge) {
    return EngineConfig.of(judge).modelCache();
  }

  @Override
  public String kernels(JudgeConfig judge, String device) {
    return KernelSet.forJudge(device, EngineConfig.of(judge).kernels()).text();
  }

  @Override
  public String kernelsUsed(String device) {
    return KernelSet.used(device).text();
  }

  @Override
  public JudgeConfig fitting(JudgeConfig judge, Collection<String> kernels) {
    return PrecisionChoice.resolve(judge, kernels.stream().map(KernelSet::of).toList());
  }

  @Override
  public String precision(JudgeConfig judge) {
    return EngineConfig.of(judge).precision();
  }
}
