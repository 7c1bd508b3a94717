package io.assize.cli;

import java.nio.file.Files;

/** Tells a person, in one line, that a process ends before its command is done. */
final class Ending {
  private volatile boolean done;

  private Ending() {}

  /** Watches from now on; errors of threads that nobody waits for go to the log file. */
  static Ending watch() {
    Ending ending = new Ending();
    Runtime.getRuntime().addShutdownHook(new Thread(ending::say, "assize-ending"));
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, error) -> {
          if (!underWay()) {
            System.err.println(
                "assize: the thread "
                    + thread.getName()
                    + " ended with "
                    + error.getClass().getName()
                    + "; "
                    + Logs.write(error));
          }
        });
    return ending;
  }

  /** The command is done: nothing is said any more. */
  void done() {
    done = true;
  }

  /** Whether the process is being ended: by Ctrl-C, a signal, or a fatal error. */
  static boolean underWay() {
    Thread probe = new Thread(() -> {}, "assize-probe");
    try {
      Runtime.getRuntime().addShutdownHook(probe);
      Runtime.getRuntime().removeShutdownHook(probe);
      return false;
    } catch (IllegalStateException e) {
      return true;
    }
  }

  private void say() {
    if (!done) {
      String log = Files.exists(Logs.file()) ? "; its log is " + Logs.file() : "";
      System.err.println(
          "assize: stopped before its end: what was committed is kept, and a run of the same command"
              + " goes on from there"
              + log);
      Logs.takeErrors();
    }
  }
}
