package io.assize.judge.djl;

import io.assize.judge.Completion;
import io.assize.judge.Prompt;
import io.assize.prompt.ChatMessage;
import io.assize.testing.DemoJudge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A program: asks a judge many short things and prints what its resident memory grew by, after a
 * quarter as many to warm up. Arguments: the model, the number of requests.
 */
public final class ManyRequests {
  private ManyRequests() {}

  /** Runs it. */
  public static void main(String[] arguments) throws IOException {
    int requests = Integer.parseInt(arguments[1]);
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(Path.of(arguments[0]), 16, 3), "cpu")) {
      ask(judge, requests / 4);
      long before = residentKilobytes();
      ask(judge, requests);
      System.out.printf(
          "resident memory after %d requests: grown by %d kB%n",
          requests, residentKilobytes() - before);
    }
  }

  private static void ask(DjlJudge judge, int requests) {
    for (int done = 0; done < requests; done += 100) {
      List<CompletableFuture<Completion>> some = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        String text = "row " + (done + i) % 977;
        some.add(
            judge.submit(
                new Prompt(
                    text, List.of(new ChatMessage("user", text)), "model", null, List.of(), null)));
      }
      some.forEach(CompletableFuture::join);
    }
  }

  private static long residentKilobytes() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .sum();
  }
}
