package io.assize.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Public data with published results, read where it lies: {@code ../shared/data}, or the folder
 * that {@code ASSIZE_TEST_DATA} names. A test that needs it is skipped where it is absent.
 */
public final class PublicData {
  private PublicData() {}

  public static Path autoJ() {
    return find("autoj");
  }

  public static Path alpacaEval() {
    return find("alpaca_eval");
  }

  private static Path find(String name) {
    String named = System.getenv("ASSIZE_TEST_DATA");
    Path folder = Path.of(named == null ? "../shared/data" : named).resolve(name);
    assumeTrue(
        Files.isDirectory(folder),
        () -> "skipped: there is no " + folder + " with public data (or set ASSIZE_TEST_DATA)");
    return folder;
  }
}
