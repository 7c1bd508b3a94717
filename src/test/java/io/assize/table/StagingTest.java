package io.assize.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.testing.Programs;
import io.assize.testing.Programs.Running;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables change whole, whenever their writer is killed; and one at a time writes. */
class StagingTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);
  private static final int LINES = 2000;

  /** One file of Parquet and a CSV, one of two files, one in a folder of its own, and the last. */
  private static final List<String> NAMES =
      List.of("rates", "rates.csv", "large", "runs/run=1", "run");

  @TempDir private Path dir;

  @Test
  void aWriterKilledAnywhereLeavesWholeTablesAndTheNextOneMakesThemOneRuns() throws Exception {
    FileSystem files = FileSystem.getLocal(new Configuration());
    org.apache.hadoop.fs.Path out = new org.apache.hadoop.fs.Path("file", null, dir + "/out");
    for (int kill = 0; kill < 6; kill++) {
      try (Running writer = writer("publish", kill * 1000)) {
        Programs.await(writer, "published " + (kill * 1000 + 2), LIMIT);
        for (int i = 0; i < 40 + 7 * kill; i++) {
          generation("rates/part-00000.parquet");
          generation("rates.csv");
        }
        Programs.kill(writer.process().toHandle());
      }
      generation("rates/part-00000.parquet");
      generation("rates.csv");
      Staging.recover(files, out);
      int made = generation("run/part-00000.parquet");
      assertThat(made).isGreaterThanOrEqualTo(kill * 1000 + 2);
      for (String file :
          List.of(
              "rates/part-00000.parquet",
              "rates.csv",
              "large/part-a.parquet",
              "large/part-b.parquet",
              "runs/run=1/part-00000.parquet")) {
        assertThat(generation(file)).as(file).isEqualTo(made);
      }
      assertThat(names("out"))
          .containsExactlyInAnyOrder("rates", "rates.csv", "large", "runs", "run");
      assertThat(names("out/large")).hasSize(2);
    }
  }

  @Test
  void aSecondWriterHearsWhoTheFirstOneIsAndADeadOnesPlaceIsTaken() throws Exception {
    FileSystem files = FileSystem.getLocal(new Configuration());
    org.apache.hadoop.fs.Path out = new org.apache.hadoop.fs.Path("file", null, dir + "/out");
    List<String> said = new ArrayList<>();
    try (Running writer = writer("hold", 0)) {
      Programs.await(writer, "holds", LIMIT);
      assertThatThrownBy(() -> OutputLock.take(files, out, "second", said::add))
          .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(1))
          .hasMessageContaining("run first (host " + InetAddress.getLocalHost().getHostName())
          .hasMessageContaining("process " + writer.process().pid() + ", since 20");
      Programs.kill(writer.process().toHandle());
    }
    assertThat(said).isEmpty();
    try (OutputLock second = OutputLock.take(files, out, "second", said::add)) {
      assertThat(said)
          .hasSize(1)
          .first()
          .asString()
          .contains("run first", "ended while it was writing");
      assertThatThrownBy(() -> OutputLock.take(files, out, "third", said::add))
          .hasMessageContaining("run second");
      assertThat(second).isNotNull();
    }
    OutputLock.take(files, out, "third", said::add).close();
    assertThat(said).hasSize(1);
  }

  @Test
  void aFileThatIsNoneOfOursIsFound() throws IOException {
    FileSystem files = FileSystem.getLocal(new Configuration());
    Path table = Files.createDirectories(dir.resolve("corpus/kind=pairwise"));
    Files.writeString(table.resolve("part-1.parquet"), "x");
    Files.writeString(table.resolveSibling("_SUCCESS"), "");
    org.apache.hadoop.fs.Path corpus = new org.apache.hadoop.fs.Path(dir + "/corpus");
    assertThat(Staging.foreign(files, corpus)).isNull();
    Path mine = Files.writeString(table.resolve("mine.parquet"), "x");
    assertThat(Staging.foreign(files, corpus).toUri().getPath()).isEqualTo(mine.toString());
    Files.delete(mine);
    Files.createDirectory(dir.resolve("corpus/_delta_log"));
    assertThat(Staging.foreign(files, corpus)).hasToString("file:" + dir + "/corpus/_delta_log");
  }

  private Running writer(String what, int from) {
    return Programs.start(
        dir,
        Map.of(),
        List.of(
            Path.of(System.getProperty("java.home"), "bin/java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Writer.class.getName(),
            what,
            dir.resolve("out").toString(),
            String.valueOf(from)));
  }

  /** The generation that a file is of: all of it. */
  private int generation(String file) throws IOException {
    List<String> lines = Files.readAllLines(dir.resolve("out").resolve(file));
    assertThat(lines).as(file).hasSize(LINES);
    assertThat(lines).as(file).containsOnly(lines.get(0));
    return Integer.parseInt(lines.get(0));
  }

  private List<String> names(String folder) throws IOException {
    try (Stream<Path> found = Files.list(dir.resolve(folder))) {
      return found
          .map(path -> path.getFileName().toString())
          .filter(name -> !name.endsWith(".crc"))
          .toList();
    }
  }

  /** A process that publishes generation after generation, or holds the lock. */
  static final class Writer {
    private Writer() {}

    private static void say(String line) {
      System.out.println(line);
    }

    public static void main(String[] arguments) throws Exception {
      FileSystem files = FileSystem.getLocal(new Configuration());
      org.apache.hadoop.fs.Path out = new org.apache.hadoop.fs.Path("file", null, arguments[1]);
      if (arguments[0].equals("hold")) {
        try (OutputLock held = OutputLock.take(files, out, "first", Writer::say)) {
          System.out.println("holds");
          Thread.sleep(LIMIT.toMillis());
        }
        return;
      }
      for (int i = Integer.parseInt(arguments[2]); true; i++) {
        Staging staging = Staging.in(files, out, "run-" + i);
        for (String name : NAMES) {
          boolean csv = name.endsWith(".csv");
          boolean large = name.equals("large");
          for (String file :
              csv
                  ? List.of("")
                  : large
                      ? List.of("/part-a.parquet", "/part-b.parquet")
                      : List.of("/part-x.parquet")) {
            try (var text = files.create(new org.apache.hadoop.fs.Path(staging.at(name) + file))) {
              text.write((i + "\n").repeat(LINES).getBytes(StandardCharsets.UTF_8));
            }
          }
          staging.add(name);
        }
        staging.publish("run");
        staging.close();
        System.out.println("published " + i);
      }
    }
  }
}
