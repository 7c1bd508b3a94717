package io.assize.judge;

/** A request that a judge could not answer; it concerns this row only and becomes its status. */
public final class JudgeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Why. */
  public enum Reason {
    TOO_LONG,
    ENGINE_ERROR
  }

  private final Reason reason;

  public JudgeException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  public JudgeException(Reason reason, String message, Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
