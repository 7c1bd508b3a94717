package io.assize.spark.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.LocalPath;
import io.assize.config.UserError;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user calls a place is that place, whatever signs its name has. */
class PathsTest {
  private static final List<String> NAMES =
      List.of(
          "alp [v2]",
          "g[ab]",
          "100 % sure: a=b",
          "a:b",
          "größe",
          "a=b",
          "50%25",
          "q?{x,y}*",
          "~",
          "back\\slash",
          "comma, it's \"quoted\" #1");

  private final SparkSession spark = LocalSpark.session();

  @TempDir private Path dir;

  @Test
  void aNameIsThatPlaceWhateverItsSigns() throws IOException {
    for (String name : NAMES) {
      Path folder = Files.createDirectories(dir.resolve(name).resolve("in: it"));
      assertThat(found(dir + "/" + name + "/in: it")).as(name).containsExactly(folder.toString());
      assertThat(found("file:" + folder)).containsExactly(folder.toString());
      assertThat(found("file://" + folder)).containsExactly(folder.toString());
      assertThat(LocalPath.of("file://" + folder)).isEqualTo(LocalPath.of(folder.toString()));
      String table = Paths.qualified(spark, dir + "/" + name + "/t").toString();
      spark.range(3).write().parquet(table);
      assertThat(Paths.reader(spark).parquet(table).count()).as(name).isEqualTo(3);
    }
  }

  @Test
  void aRelativeNameIsInTheWorkingDirectory() {
    String here = Path.of("").toAbsolutePath().toString();
    assertThat(Paths.qualified(spark, "out/x [1]")).hasToString("file:" + here + "/out/x [1]");
    assertThat(Paths.qualified(spark, "sure: a=b")).hasToString("file:" + here + "/sure: a=b");
    assertThat(Paths.qualified(spark, "~/x")).hasToString("file:" + here + "/~/x");
    assertThat(LocalPath.of("x/y")).isEqualTo(Path.of(here, "x", "y"));
  }

  @Test
  void aPatternIsOneOnlyWhereNothingHasThatName() throws IOException {
    Path odd = Files.createDirectories(dir.resolve("my [v2]: x"));
    for (String name : List.of("ga", "gb", "gc", "g:d", "_hidden")) {
      Files.writeString(Files.createDirectory(odd.resolve(name)).resolve("one.txt"), name);
    }
    assertThat(found(odd + "/g[ab]")).containsExactly(odd + "/ga", odd + "/gb");
    assertThat(found(odd + "/*"))
        .containsExactly(odd + "/g:d", odd + "/ga", odd + "/gb", odd + "/gc");
    assertThat(found(odd + "/{ga/one,gc/*}.txt"))
        .containsExactly(odd + "/ga/one.txt", odd + "/gc/one.txt");
    assertThat(found(odd + "/g?/one.*")).hasSize(3);
    Files.createDirectory(odd.resolve("g[ab]"));
    assertThat(found(odd + "/g[ab]")).containsExactly(odd + "/g[ab]");
  }

  @Test
  void whatIsNotThereIsSaid() {
    for (String name : List.of("/none", "/n*ne", "/[", "/none/x.parquet")) {
      assertThatThrownBy(() -> found(dir + name))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("corpus " + dir + name)
          .hasMessageEndingWith("check the path");
    }
    assertThatThrownBy(() -> Paths.qualified(spark, "nofs://x/y"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nofs://x/y");
    assertThatThrownBy(() -> Paths.qualified(spark, "")).isInstanceOf(UserError.class);
    assertThatThrownBy(() -> Paths.qualified(spark, "file://host/x"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("write file:///");
  }

  @Test
  void placesOverlapByTheirRealPaths() throws IOException {
    Path real = Files.createDirectories(dir.resolve("out/real"));
    Path link = Files.createSymbolicLink(dir.resolve("link"), real.getParent());
    org.apache.hadoop.fs.Path out = Paths.qualified(spark, dir.resolve("out").toString());
    for (Path inside : List.of(real, link, link.resolve("real"), link.resolve("not/yet"))) {
      assertThat(Paths.overlap(Paths.qualified(spark, "file://" + inside), out)).isTrue();
    }
    assertThat(Paths.overlap(Paths.qualified(spark, dir.toString()), out)).isTrue();
    assertThat(Paths.overlap(Paths.qualified(spark, dir + "/out-2"), out)).isFalse();
    assertThat(Paths.isIn(out, Paths.qualified(spark, link + "/real"))).isFalse();
  }

  private List<String> found(String name) {
    return Paths.find(spark, "corpus", name).stream().map(path -> path.toUri().getPath()).toList();
  }
}
