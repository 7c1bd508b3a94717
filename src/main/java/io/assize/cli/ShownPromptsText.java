package io.assize.cli;

import io.assize.job.ShownPrompts;
import io.assize.judge.Reading;
import io.assize.prompt.ChatMessage;

/** {@link ShownPrompts} for people. */
final class ShownPromptsText {
  private ShownPromptsText() {}

  /** The text: of each request the messages or, where the judge has them, text and tokens. */
  static String of(ShownPrompts of) {
    StringBuilder text = new StringBuilder(of.of() + ", judge " + of.judge() + "\n");
    for (ShownPrompts.Shown one : of.requests()) {
      if (one.order() != null) {
        text.append("\n=== order ").append(one.order()).append('\n');
      }
      if (one.readings().isEmpty()) {
        for (ChatMessage message : one.messages()) {
          text.append("--- ").append(message.role()).append('\n').append(message.content());
          text.append('\n');
        }
      }
      for (Reading reading : one.readings()) {
        text.append("--- text\n").append(reading.text()).append('\n');
        text.append("--- tokens: ").append(reading.tokens().size()).append('\n');
        for (Reading.Token token : reading.tokens()) {
          String piece = token.piece().replace("\n", "\\n").replace("\r", "\\r");
          text.append(token.id()).append(' ').append(piece).append('\n');
        }
      }
    }
    return text.toString();
  }
}
