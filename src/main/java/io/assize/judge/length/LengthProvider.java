package io.assize.judge.length;

import io.assize.config.JudgeConfig;
import io.assize.config.JudgeSettings;
import io.assize.config.LengthConfig;
import io.assize.config.Settings;
import io.assize.config.UserError;
import io.assize.judge.Judge;
import io.assize.judge.JudgeProvider;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;

/** {@code length}: the longer response wins. */
public final class LengthProvider implements JudgeProvider {
  @Override
  public String kind() {
    return "length";
  }

  @Override
  public JudgeSettings settings(Settings judge) {
    return LengthConfig.of(judge);
  }

  @Override
  public JudgeSpec check(JudgeConfig judge, Protocol protocol) {
    if (protocol.kind() == ProtocolKind.SINGLE) {
      throw UserError.configuration(
          "assize.judge.kind is length, which compares two responses, and protocol %s rates one:"
              + " choose a pairwise protocol or another judge",
          protocol.name());
    }
    return new JudgeSpec(
        judge, JudgeSpec.named(judge, kind()), JudgeSpec.sha256(kind(), "margin=" + margin(judge)));
  }

  @Override
  public Judge open(JudgeSpec spec, String device) {
    return new LengthJudge(margin(spec.config()));
  }

  private static double margin(JudgeConfig judge) {
    return judge.settings(LengthConfig.class).margin();
  }
}
