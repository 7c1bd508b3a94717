package io.assize.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

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

  public static Path judgeBench() {
    return find("judgebench");
  }

  public static Path pandaLm() {
    return find("pandalm");
  }

  /** Small inputs that went wrong, with what is right: {@code ../shared/cases}. */
  public static Path cases(String name) {
    return find("ASSIZE_TEST_CASES", "../shared/cases", name);
  }

  private static Path find(String name) {
    return find("ASSIZE_TEST_DATA", "../shared/data", name);
  }

  /** Auto-J's data for a test that has others where it is absent. */
  public static Optional<Path> autoJIfThere() {
    return Optional.of(folder("ASSIZE_TEST_DATA", "../shared/data", "autoj"))
        .filter(Files::isDirectory);
  }

  private static Path folder(String variable, String otherwise, String name) {
    String named = System.getenv(variable);
    return Path.of(named == null ? otherwise : named).resolve(name);
  }

  private static Path find(String variable, String otherwise, String name) {
    Path folder = folder(variable, otherwise, name);
    assumeTrue(
        Files.isDirectory(folder),
        () -> "skipped: there is no " + folder + " (or set " + variable + ")");
    return folder;
  }
}
