package io.assize.judge.replay;

import io.assize.config.JudgeConfig;
import io.assize.config.JudgeSettings;
import io.assize.config.ReplayConfig;
import io.assize.config.Settings;
import io.assize.judge.Judge;
import io.assize.judge.JudgeProvider;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.Protocol;

/** {@code replay}: recorded outputs. */
public final class ReplayProvider implements JudgeProvider {
  @Override
  public String kind() {
    return "replay";
  }

  @Override
  public JudgeSettings settings(Settings judge) {
    return ReplayConfig.of(judge);
  }

  @Override
  public JudgeSpec check(JudgeConfig judge, Protocol protocol) {
    return new JudgeSpec(
        judge,
        JudgeSpec.named(judge, kind()),
        JudgeSpec.sha256(kind(), judge.settings().recordings()));
  }

  @Override
  public Judge open(JudgeSpec spec, String device) {
    return new ReplayJudge();
  }
}
