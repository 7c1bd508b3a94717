package io.assize.spark;

import io.assize.judge.Completion;
import io.assize.judge.InFlight;
import io.assize.judge.JudgeRegistry;
import io.assize.judge.JudgeSpec;
import io.assize.judge.LastingJudge;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;

/**
 * The judge of the running task, on the device that Spark gave it. When the task ends, however it
 * ends, what is in flight is cancelled and the judge given back.
 *
 * @param judge shared by all tasks of this JVM on the device
 * @param device {@code cpu}, or {@code gpu} and its address
 * @param window rows that the task hands in before it waits
 */
public record TaskJudge(LastingJudge judge, String device, int window) {

  /** The task's judge, its model fetched and loaded if it is the first here to ask for it. */
  public static TaskJudge acquire(JudgeSpec spec) {
    Sessions.keepSecrets(SparkEnv.get().conf());
    String device = Devices.ofTask();
    LastingJudge judge =
        new LastingJudge(() -> JudgeRegistry.SHARED.acquire(spec, device, ModelCache::onThisHost));
    TaskContext.get()
        .addTaskCompletionListener(
            context -> {
              judge.close();
            });
    return new TaskJudge(judge, device, spec.config().effectiveWindow());
  }

  /** Sends rows through the judge; listeners run last first, so before the judge is given back. */
  public <R> InFlight<R> inFlight(
      Iterator<R> rows, Function<R, CompletableFuture<Completion>> submit) {
    InFlight<R> inFlight = new InFlight<>(rows, submit, window);
    TaskContext.get()
        .addTaskCompletionListener(
            context -> {
              inFlight.close();
            });
    return inFlight;
  }
}
