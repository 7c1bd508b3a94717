package io.assize.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What is in the jar, and what it leaves to the cluster. */
@Tag("end-to-end")
class JarIT {
  private static final Path JAR = Path.of(System.getProperty("assize.jar"));

  @Test
  void noClassIsBothInTheJarAndTheClusters() throws IOException {
    Set<String> ours = classes(JAR);
    assertThat(ours).contains("io/assize/cli/Assize.class", "io/delta/tables/DeltaTable.class");
    String provided = Files.readString(JAR.resolveSibling("provided.classpath"));
    Set<String> clusters = new TreeSet<>();
    for (String jar : provided.split(System.getProperty("path.separator"), -1)) {
      clusters.addAll(classes(Path.of(jar)));
    }
    assertThat(clusters).contains("org/apache/spark/sql/Dataset.class", "scala/Option.class");
    clusters.retainAll(ours);
    assertThat(clusters).isEmpty();
  }

  @Test
  void librariesThatClustersBringInOtherVersionsHaveNamesOfTheirOwnInTheJar() throws IOException {
    assertThat(classes(JAR))
        .contains("io/assize/shaded/gson/Gson.class", "io/assize/shaded/config/ConfigFactory.class")
        .noneMatch(name -> name.matches("com/(google/gson|typesafe/config|fasterxml)/.*"))
        .noneMatch(name -> name.matches("(org/slf4j|scala|org/apache/hadoop)/.*"));
  }

  private static Set<String> classes(Path jar) throws IOException {
    Set<String> classes = new TreeSet<>();
    try (JarFile file = new JarFile(jar.toFile())) {
      file.stream()
          .map(Object::toString)
          .filter(name -> name.endsWith(".class") && !name.startsWith("META-INF/"))
          .filter(name -> !name.endsWith("module-info.class"))
          // Spark puts it into each of its jars.
          .filter(name -> !name.equals("org/apache/spark/unused/UnusedStubClass.class"))
          .forEach(classes::add);
    }
    return classes;
  }
}
