package io.assize.judge;

import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.prompt.Protocol;
import io.assize.prompt.Request;
import java.util.List;

/**
 * One request to a judge.
 *
 * @param id names the request in errors: sample and order
 * @param messages what a language model reads
 * @param chat the protocol's chat format: {@code model}, {@code none} or a Jinja template
 * @param rule how the answer is read; null: its text is all that is wanted
 * @param responses the responses in the order shown, for judges that need no language model
 * @param recording what was recorded for this request; null where nothing was
 * @param attempt 0; more where an answer is asked for again, which is then another one
 */
public record Prompt(
    String id,
    List<ChatMessage> messages,
    String chat,
    DecisionRule rule,
    List<String> responses,
    Recording recording,
    int attempt) {

  /** A first request. */
  public Prompt(
      String id,
      List<ChatMessage> messages,
      String chat,
      DecisionRule rule,
      List<String> responses,
      Recording recording) {
    this(id, messages, chat, rule, responses, recording, 0);
  }

  /** A first request, as a protocol has it. */
  public static Prompt of(Request request, Protocol protocol) {
    return new Prompt(
        request.id(),
        request.messages(),
        protocol.chat(),
        protocol.decision(),
        request.fields().responses(),
        null);
  }

  /** The same, asked for again. */
  public Prompt again(int further) {
    return new Prompt(id, messages, chat, rule, responses, recording, further);
  }

  /**
   * A prompt that is one message of a user.
   *
   * @param rule {@code final_decision}, {@code rating} or {@code none}
   */
  public static Prompt ofText(String id, String text, String rule) {
    return new Prompt(
        id, List.of(new ChatMessage("user", text)), "model", rule(rule), List.of(), null);
  }

  static DecisionRule rule(String rule) {
    return rule.equals("none") ? null : DecisionRule.of(rule);
  }
}
