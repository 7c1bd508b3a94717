package io.assize.judge;

import java.io.Serializable;
import java.util.Optional;

/**
 * How a judge is asked by files that its provider works off in its own time: the body of each
 * request, and what came back of it. Both are what they are when it is asked at once, so a verdict
 * has the same key either way.
 */
public interface BatchForm extends Serializable {
  /** Where a request goes, below the provider's address: {@code /v1/chat/completions}. */
  String path();

  /** A request's body, as JSON. */
  String body(Prompt prompt);

  /**
   * The body of the question that decides where a text does not.
   *
   * @param answer the line that came back
   * @return empty where what came back is all that is asked for
   * @throws JudgeException where there is no answer
   */
  Optional<String> question(Prompt prompt, String answer);

  /**
   * What came of a request.
   *
   * @param answer the line that came back
   * @param question the line that came back of its question; null where none was asked
   * @return empty where the question is still to be asked
   * @throws JudgeException where there is no answer
   */
  Optional<Completion> completion(Prompt prompt, String answer, String question);
}
