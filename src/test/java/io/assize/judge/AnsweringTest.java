package io.assize.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.judge.JudgeException.Reason;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.PromptFields;
import io.assize.prompt.Protocol;
import io.assize.prompt.Request;
import io.assize.prompt.RequestMaker;
import io.assize.verdict.Order;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Every row ends with an answer or with the reason why it has none, whatever throws on its way. */
@Timeout(120)
class AnsweringTest {
  private static final Protocol PROTOCOL = Protocol.load("pairwise");
  private static final RequestMaker MAKER = new RequestMaker(PROTOCOL);

  @Test
  void aJudgeThatThrowsAtAnySeamEndsEachRowWithItsReason() {
    Map<String, String> reasons = answers(new Faulty());
    assertThat(reasons)
        .containsEntry("well", "FIRST")
        .hasEntrySatisfying("submit throws", r -> assertThat(r).contains("not handed in"))
        .hasEntrySatisfying("submit throws an error", r -> assertThat(r).contains("too deep"))
        .hasEntrySatisfying("submit gives null", r -> assertThat(r).contains("null"))
        .hasEntrySatisfying("fails", r -> assertThat(r).contains("no device"))
        .hasEntrySatisfying("fails with an error", r -> assertThat(r).contains("no heap"))
        .hasEntrySatisfying("completes with null", r -> assertThat(r).contains("null"))
        .hasEntrySatisfying("throws when asked again", r -> assertThat(r).contains("a/Class"))
        .hasEntrySatisfying("too long for nothing", r -> assertThat(r).contains("too long"))
        .hasEntrySatisfying("closed while queued", r -> assertThat(r).contains("was closed"))
        .hasSize(10);
  }

  @Test
  void anAnswerThatRepeatsItselfForAMillionCharactersEndsItsRow() {
    String text = "The final decision is " + "the ".repeat(250_000);
    Judge judge =
        new Faulty() {
          @Override
          public CompletableFuture<Completion> submit(Prompt prompt) {
            return CompletableFuture.supplyAsync(() -> said(text));
          }
        };
    assertThat(answers(judge)).hasSize(10).containsEntry("well", "no decision");
  }

  /** What became of each row: its decision or its reason. */
  private static Map<String, String> answers(Judge judge) {
    Answering answering = new Answering(judge, MAKER, true, 1);
    List<Answering.Attempts> rows =
        List.of(
                "well",
                "submit throws",
                "submit throws an error",
                "submit gives null",
                "fails",
                "fails with an error",
                "completes with null",
                "throws when asked again",
                "too long for nothing",
                "closed while queued")
            .stream()
            .map(name -> new Answering.Attempts(request(name), null))
            .toList();
    InFlight<Answering.Attempts> inFlight = new InFlight<>(rows.iterator(), answering::answer, 10);
    Map<String, String> ends = new HashMap<>();
    inFlight.forEachRemaining(
        answered ->
            ends.put(
                answered.row().request().sampleId(),
                answered.failure() != null
                    ? answered.failure().getMessage()
                    : answered
                        .completion()
                        .ruling(PROTOCOL.decision())
                        .map(ruling -> ruling.choice().name())
                        .orElse("no decision")));
    return ends;
  }

  private static Request request(String name) {
    PromptFields fields = new PromptFields("q", List.of("yes", "no"), null, "default", null);
    return new Request(name, Order.AB, fields, List.of(new ChatMessage("user", "q")));
  }

  private static Completion said(String text) {
    return new Completion(text, null, 1, 1, Completion.STOP);
  }

  /** Fails at the seam that the prompt names. */
  private static class Faulty implements Judge {
    private final ConcurrentLinkedQueue<CompletableFuture<Completion>> queued =
        new ConcurrentLinkedQueue<>();

    @Override
    public CompletableFuture<Completion> submit(Prompt prompt) {
      return switch (prompt.id().replace(" (ab)", "")) {
        case "submit throws" -> throw new IllegalStateException("not handed in");
        case "submit throws an error" -> throw new StackOverflowError("too deep");
        case "submit gives null" -> null;
        case "fails" ->
            CompletableFuture.failedFuture(new JudgeException(Reason.ENGINE_ERROR, "no device"));
        case "fails with an error" ->
            CompletableFuture.supplyAsync(
                () -> {
                  throw new OutOfMemoryError("no heap");
                });
        case "completes with null" -> CompletableFuture.supplyAsync(() -> null);
        case "throws when asked again" -> {
          if (prompt.attempt() > 0) {
            throw new NoClassDefFoundError("a/Class");
          }
          yield CompletableFuture.supplyAsync(() -> said("I cannot say."));
        }
        case "too long for nothing" ->
            CompletableFuture.failedFuture(JudgeException.tooLong("too long", 10, 0));
        case "closed while queued" -> {
          CompletableFuture<Completion> waiting = new CompletableFuture<>();
          queued.add(waiting);
          CompletableFuture.runAsync(this::close);
          yield waiting;
        }
        default -> CompletableFuture.supplyAsync(() -> said("The final decision is Response 1"));
      };
    }

    @Override
    public WorkDone workDone() {
      return WorkDone.NONE;
    }

    @Override
    public void close() {
      queued.forEach(
          one ->
              one.completeExceptionally(
                  new JudgeException(Reason.ENGINE_ERROR, "the judge was closed")));
    }
  }
}
