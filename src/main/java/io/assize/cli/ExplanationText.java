package io.assize.cli;

import io.assize.job.Explanation;
import io.assize.prompt.ChatMessage;

/** An {@link Explanation} for people. */
public final class ExplanationText {
  private ExplanationText() {}

  /** The text. */
  public static String of(Explanation of) {
    StringBuilder text = new StringBuilder("row " + of.sampleId() + ", judge " + of.judge() + "\n");
    for (Explanation.InOrder one : of.requests()) {
      text.append("\n=== order ").append(one.order()).append(", request ");
      text.append(one.verdictKey()).append('\n');
      for (ChatMessage message : one.messages()) {
        text.append("--- ").append(message.role()).append('\n').append(message.content());
        text.append('\n');
      }
      if (one.verdict() == null) {
        text.append(
            "--- no verdict of this request is in the store: it was not judged, or the row,");
        text.append(" the template or the judge has changed since\n");
        continue;
      }
      text.append("--- verdict, 1 of ").append(one.verdictsOfKey()).append(" in the store\n");
      one.verdict()
          .forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    }
    return text.append("\n=== outcome: ").append(of.outcome()).append('\n').toString();
  }
}
