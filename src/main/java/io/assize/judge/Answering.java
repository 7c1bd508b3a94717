package io.assize.judge;

import io.assize.prompt.MiddleCut;
import io.assize.prompt.Request;
import io.assize.prompt.RequestMaker;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Asks a judge about one request until there is an answer or the tries are spent: responses that do
 * not fit are cut, if so configured, and an answer that states no decision is asked for again.
 */
public final class Answering {
  private static final int CUTS = 12;

  /** Cut to a little less than would fit by the share of characters. */
  private static final double MARGIN = 0.97;

  private final Judge judge;
  private final RequestMaker maker;
  private final boolean cuts;
  private final int retries;

  /** A request with what was done to it so far. */
  public static final class Attempts {
    private final Request original;
    private final Recording recording;
    private Request now;
    private int attempts;
    private int cut;

    /**
     * Of a request that nobody has asked about.
     *
     * @param recording what was decided before, whatever the judge, which then is not asked; null:
     *     nothing
     */
    public Attempts(Request request, Recording recording) {
      this.original = request;
      this.now = request;
      this.recording = recording;
    }

    /** The request as it was. */
    public Request request() {
      return original;
    }

    /** How often the judge was asked. */
    public int attempts() {
      return attempts;
    }

    /** What was done to the texts; null for nothing. */
    public String note() {
      return cut == 0
          ? null
          : String.format(
              Locale.ROOT,
              "responses as shown, of %s characters, cut in the middle to %s",
              lengths(original),
              lengths(now));
    }

    private static List<Integer> lengths(Request request) {
      return request.fields().responses().stream().map(String::length).toList();
    }
  }

  /**
   * @param cuts whether responses that do not fit are cut
   * @param retries how often an answer without a decision is asked for again
   */
  public Answering(Judge judge, RequestMaker maker, boolean cuts, int retries) {
    this.judge = judge;
    this.maker = maker;
    this.cuts = cuts;
    this.retries = retries;
  }

  /** The answer, or the reason why there is none. */
  public CompletableFuture<Completion> answer(Attempts asked) {
    CompletableFuture<Completion> whole = new CompletableFuture<>();
    ask(asked, whole);
    return whole;
  }

  private void ask(Attempts asked, CompletableFuture<Completion> whole) {
    Request now = asked.now;
    CompletableFuture<Completion> one =
        asked.recording != null
            ? asked.recording.answer(now.id())
            : judge.submit(Prompt.of(now, maker.protocol()).again(asked.attempts));
    whole.whenComplete(
        (completion, error) -> {
          if (whole.isCancelled()) {
            one.cancel(false);
          }
        });
    one.whenComplete(
        (completion, error) -> {
          try {
            answered(asked, completion, error, whole);
          } catch (Throwable e) {
            // What this throws nobody would see, and the row would wait for ever.
            whole.completeExceptionally(e);
          }
        });
  }

  /** Asks again where that may help; else the answer or the failure is the row's. */
  private void answered(
      Attempts asked, Completion completion, Throwable error, CompletableFuture<Completion> whole) {
    JudgeException failure = tooLong(error);
    boolean again = !whole.isDone() && (failure == null || cuts);
    if (again && failure != null && asked.cut < CUTS && cut(asked, failure.fitting())) {
      askLater(asked, whole);
      return;
    }
    asked.attempts++;
    if (again && error == null && unparsable(completion) && asked.attempts <= retries) {
      askLater(asked, whole);
    } else if (error == null) {
      whole.complete(completion);
    } else {
      whole.completeExceptionally(error);
    }
  }

  /** Not in the judge's own thread, where this may be called. */
  private void askLater(Attempts asked, CompletableFuture<Completion> whole) {
    CompletableFuture.runAsync(() -> ask(asked, whole))
        .whenComplete(
            (nothing, error) -> {
              if (error != null) {
                whole.completeExceptionally(error);
              }
            });
  }

  private boolean unparsable(Completion completion) {
    return completion.ruling(maker.protocol().decision()).isEmpty();
  }

  /** Cuts the responses further; false where there is nothing left to cut. */
  private boolean cut(Attempts asked, double fitting) {
    List<String> shown = asked.now.fields().responses();
    List<String> originals = asked.original.fields().responses();
    double responses = characters(shown);
    double prompt = asked.now.messages().stream().mapToInt(m -> m.content().length()).sum();
    double wanted =
        Double.isNaN(fitting) ? responses / 2 : responses - prompt * (1 - MARGIN * fitting);
    if (wanted < 1) {
      return false;
    }
    List<String> kept = MiddleCut.keep(originals, wanted / characters(originals));
    if (characters(kept) >= responses) {
      return false;
    }
    asked.now = maker.with(asked.original, kept);
    asked.cut++;
    return true;
  }

  private static double characters(List<String> texts) {
    return texts.stream().mapToInt(String::length).sum();
  }

  private static JudgeException tooLong(Throwable error) {
    Throwable cause = error instanceof CompletionException ? error.getCause() : error;
    return cause instanceof JudgeException e && e.reason() == JudgeException.Reason.TOO_LONG
        ? e
        : null;
  }
}
