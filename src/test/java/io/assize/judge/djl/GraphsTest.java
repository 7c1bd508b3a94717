package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The graphs in the jar are those that were exported, and bear no trace of where. */
class GraphsTest {
  private static final Path FOLDER = Path.of("src/main/resources/io/assize/judge/djl");

  @ParameterizedTest
  @ValueSource(strings = {"decoder.pt", "decoder-onednn.pt"})
  void aGraphIsTheOneWhoseChecksumIsKept(String name) throws IOException {
    try (InputStream graph = Graphs.open(name)) {
      assertThat(graph.readAllBytes()).isEqualTo(Files.readAllBytes(FOLDER.resolve(name)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"decoder.pt", "decoder-onednn.pt"})
  void aGraphWithOneOtherBitIsRefused(String name) throws IOException {
    byte[] graph = Files.readAllBytes(FOLDER.resolve(name));
    String sum = Files.readString(FOLDER.resolve(name + ".sha256"));
    Graphs.check(name, graph, sum);
    graph[graph.length / 2] ^= 1;
    assertThatThrownBy(() -> Graphs.check(name, graph, sum))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("the jar is damaged: the sha-256 of its " + name)
        .hasMessageContaining(sum.strip());
  }

  @Test
  void oneGraphsChecksumIsNotAnothers() throws IOException {
    byte[] graph = Files.readAllBytes(FOLDER.resolve("decoder.pt"));
    String other = Files.readString(FOLDER.resolve("decoder-onednn.pt.sha256"));
    assertThatThrownBy(() -> Graphs.check("decoder.pt", graph, other))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aGraphThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> Graphs.open("other.pt"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the jar is damaged: it has no other.pt");
  }

  @ParameterizedTest
  @ValueSource(strings = {"decoder.pt", "decoder-onednn.pt"})
  void aGraphHoldsCodeAndNoPlaceWhereItWasMade(String name) throws IOException {
    List<String> entries = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(FOLDER.resolve(name)))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        entries.add(entry.getName());
        assertThat(new String(zip.readAllBytes(), StandardCharsets.ISO_8859_1))
            .as(entry.getName())
            .doesNotContain("export_decoder", "site-packages");
      }
    }
    assertThat(entries)
        .isSorted()
        .anyMatch(entry -> entry.endsWith("/code/__torch__.py"))
        .noneMatch(entry -> entry.endsWith(".debug_pkl"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"decoder.pt", "decoder-onednn.pt"})
  void theDecisionTellsItsSize(String name) throws IOException {
    long kilobytes = Math.round(Files.size(FOLDER.resolve(name)) / 1000.0);
    assertThat(Files.readString(Path.of("docs/decisions/001-one-scripted-graph.md")))
        .contains("`" + name + "` (" + kilobytes + " KB");
  }
}
