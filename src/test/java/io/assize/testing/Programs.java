package io.assize.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Programs that tests start as a user would, and stop again with all that they started. */
public final class Programs {
  /** The Python environment that scripts/test sets up. */
  public static final Path VENV = Path.of(".venv").toAbsolutePath();

  /** For JVMs that live short: the quick compiler only. */
  public static final String QUICK_JVM =
      "-XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m -XX:+UseSerialGC";

  /** {@link #QUICK_JVM} for {@code scripts/assize}, on loopback. */
  public static final Map<String, String> QUICK =
      Map.of("ASSIZE_JAVA_OPTS", QUICK_JVM, "SPARK_LOCAL_IP", "127.0.0.1");

  private Programs() {}

  /** How a program ended, and what it wrote. */
  public record Ended(int code, String out, String err) {}

  /** A program that goes on until it is closed. */
  public record Running(Process process, Path log) implements AutoCloseable {
    @Override
    public void close() {
      stop(process);
    }
  }

  /** The folder of a package in the Python environment. */
  public static Path pythonPackage(String name) {
    try (Stream<Path> versions = Files.list(VENV.resolve("lib"))) {
      return versions
          .map(version -> version.resolve("site-packages").resolve(name))
          .filter(Files::isDirectory)
          .findFirst()
          .orElseThrow(
              () -> new AssertionError(name + " is not in " + VENV + ": run scripts/test"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs a program to its end. */
  public static Ended run(
      Path logs, Map<String, String> environment, Duration limit, List<String> command) {
    return run(Path.of("").toAbsolutePath(), logs, environment, limit, command);
  }

  /** Runs a script in the tests' Python; where there is none the test is skipped. */
  public static Ended python(Path logs, String script, Path argument) {
    Path python = VENV.resolve("bin/python");
    assumeTrue(Files.isExecutable(python), "skipped: there is no .venv: run scripts/test");
    return run(
        logs,
        Map.of(),
        Duration.ofMinutes(2),
        List.of(python.toString(), "-c", script, argument.toString()));
  }

  /** Runs a program to its end, from a folder. */
  public static Ended run(
      Path from, Path logs, Map<String, String> environment, Duration limit, List<String> command) {
    Path out = log(logs, "out");
    Path err = log(logs, "err");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command)
              .directory(from.toFile())
              .redirectOutput(out.toFile())
              .redirectError(err.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      if (!process.waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
        stop(process);
        throw new AssertionError(
            command + " did not end in " + limit + ": " + Files.readString(err));
      }
      return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Starts a program; its output goes into its log. */
  public static Running start(Path logs, Map<String, String> environment, List<String> command) {
    Path log = log(logs, "log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().putAll(environment);
      return new Running(builder.start(), log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Starts a command of Assize in a JVM of its own, out of the classes under test. */
  public static Running assize(
      Path logs, Map<String, String> environment, List<String> jvm, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of(QUICK_JVM.split(" ")));
    command.addAll(jvm);
    command.add("-Djdk.reflect.useDirectMethodHandle=false");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.assize.cli.Assize"));
    command.addAll(arguments);
    Map<String, String> all = new HashMap<>(environment);
    all.put("SPARK_LOCAL_IP", "127.0.0.1");
    return start(logs, all, command);
  }

  /** Waits until a program's log says something; fails where it ends before. */
  public static void await(Running program, String pattern, Duration limit) {
    Pattern wanted = Pattern.compile(pattern);
    long end = System.nanoTime() + limit.toNanos();
    try {
      while (!wanted.matcher(Files.readString(program.log())).find()) {
        if (!program.process().isAlive() || System.nanoTime() > end) {
          throw new AssertionError("no \"" + pattern + "\" in: " + Files.readString(program.log()));
        }
        Thread.sleep(20);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Waits for a program's end. */
  public static Ended end(Running program, Duration limit) {
    try {
      if (!program.process().waitFor(limit.toSeconds(), TimeUnit.SECONDS)) {
        program.close();
        throw new AssertionError("no end in " + limit + ": " + Files.readString(program.log()));
      }
      String said = Files.readString(program.log());
      return new Ended(program.process().exitValue(), said, said);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** What stands on a console besides the lines of Assize. */
  public static List<String> foreignLines(String err) {
    return err.lines()
        .filter(line -> !line.startsWith("assize: "))
        .filter(line -> !line.matches("\\d\\d:\\d\\d:\\d\\d (INFO|WARN|ERROR) \\w+: .*"))
        .toList();
  }

  /** kill -9. */
  public static void kill(ProcessHandle process) {
    process.destroyForcibly();
    process.onExit().join();
  }

  /** Starts a server and waits until it listens on a port of loopback. */
  public static Running serve(
      Path logs, Map<String, String> environment, int port, List<String> command) {
    Path log = log(logs, "log");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      for (int i = 0; i < 600; i++) {
        if (!process.isAlive()) {
          throw new AssertionError(command + " ended: " + Files.readString(log));
        }
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
          return new Running(process, log);
        } catch (IOException e) {
          Thread.sleep(100);
        }
      }
      stop(process);
      throw new AssertionError(command + " does not listen: " + Files.readString(log));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** A port of loopback that is free. */
  public static int freePort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void stop(Process process) {
    List<ProcessHandle> all = process.descendants().toList();
    process.destroy();
    all.forEach(ProcessHandle::destroy);
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    all.forEach(ProcessHandle::destroyForcibly);
  }

  private static Path log(Path logs, String suffix) {
    try {
      return Files.createTempFile(Files.createDirectories(logs), "program-", "." + suffix);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
