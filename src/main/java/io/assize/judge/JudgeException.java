package io.assize.judge;

import io.assize.config.Secrets;
import java.util.concurrent.CompletionException;

/**
 * A request that a judge could not answer; it becomes the row's status. Its message is without
 * {@link Secrets}.
 */
public final class JudgeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    TOO_LONG,
    ENGINE_ERROR,
    /** The judge has found that it cannot answer any request: the run is to stop. */
    USELESS
  }

  private final Reason reason;
  private final double fitting;
  private final String text;

  public JudgeException(Reason reason, String message) {
    this(reason, message, null);
  }

  /**
   * A prompt that does not fit.
   *
   * @param tokens of the prompt
   * @param most tokens of a prompt that would fit
   */
  public static JudgeException tooLong(String message, int tokens, int most) {
    return new JudgeException(Reason.TOO_LONG, message, null, (double) most / tokens);
  }

  public JudgeException(Reason reason, String message, Throwable cause) {
    this(reason, message, cause, Double.NaN);
  }

  private JudgeException(Reason reason, String message, Throwable cause, double fitting) {
    this(reason, message, cause, fitting, null);
  }

  private JudgeException(
      Reason reason, String message, Throwable cause, double fitting, String text) {
    super(Secrets.hide(message), cause);
    this.reason = reason;
    this.fitting = fitting;
    this.text = text;
  }

  /** The same of a request that the judge had written a text for. */
  public JudgeException having(String written) {
    return new JudgeException(reason, getMessage(), getCause(), fitting, written);
  }

  /** What the judge had written before it failed; null for nothing. */
  public String text() {
    return text;
  }

  /** A failure of any kind, errors among them, as the reason why a row has no answer. */
  public static JudgeException of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause instanceof JudgeException known
        ? known
        : new JudgeException(Reason.ENGINE_ERROR, String.valueOf(cause), cause);
  }

  /** The share of the prompt that would fit, 0…1; NaN where it is not known. */
  public double fitting() {
    return fitting;
  }

  public Reason reason() {
    return reason;
  }
}
