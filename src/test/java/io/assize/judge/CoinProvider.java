package io.assize.judge;

import io.assize.config.JudgeConfig;
import io.assize.config.JudgeSettings;
import io.assize.config.Settings;
import io.assize.prompt.Protocol;
import io.assize.verdict.Choice;
import java.util.concurrent.CompletableFuture;

/** A made-up kind of judge: it always throws the same side. One class, and a line in the list. */
public final class CoinProvider implements JudgeProvider {
  /** Its settings. */
  private record Coin(String side, int concurrency) implements JudgeSettings {
    private static final long serialVersionUID = 1;
  }

  @Override
  public String kind() {
    return "coin";
  }

  @Override
  public String reference() {
    return "coin { side = first }";
  }

  @Override
  public JudgeSettings settings(Settings judge) {
    return new Coin(judge.section("coin").choice("side", "first", "second"), 4);
  }

  @Override
  public JudgeSpec check(JudgeConfig judge, Protocol protocol) {
    String side = judge.settings(Coin.class).side();
    return new JudgeSpec(judge, JudgeSpec.named(judge, kind()), JudgeSpec.sha256(kind(), side));
  }

  @Override
  public Judge open(JudgeSpec spec, String device) {
    boolean first = spec.config().settings(Coin.class).side().equals("first");
    Ruling ruling = Ruling.of(first ? Choice.FIRST : Choice.SECOND);
    return new Judge() {
      @Override
      public CompletableFuture<Completion> submit(Prompt prompt) {
        return CompletableFuture.completedFuture(
            new Completion(null, ruling, 0, 0, Completion.STOP));
      }

      @Override
      public WorkDone workDone() {
        return WorkDone.NONE;
      }

      @Override
      public void close() {}
    };
  }
}
