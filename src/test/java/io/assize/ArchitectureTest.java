package io.assize;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;

/** Who may use whom among our packages, and where Spark may be. */
@AnalyzeClasses(packages = "io.assize", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final List<String> PACKAGES =
      List.of(
          "cli",
          "job",
          "config",
          "corpus",
          "scenario",
          "prompt",
          "judge",
          "verdict",
          "stats",
          "summary",
          "report",
          "spark",
          "storage");

  @ArchTest
  static void packagesUseOnlyWhatStandsBelowThem(JavaClasses classes) {
    allow(classes, "config");
    allow(classes, "storage", "config");
    allow(classes, "corpus", "config", "storage");
    allow(classes, "scenario", "config", "judge");
    allow(classes, "prompt", "config");
    allow(classes, "judge", "config", "prompt", "stats");
    allow(classes, "verdict", "config", "storage");
    allow(classes, "stats");
    allow(classes, "summary", "verdict", "stats", "storage");
    allow(classes, "report", "summary");
    allow(classes, "spark", "config", "judge", "storage");
    allow(
        classes,
        "job",
        "config",
        "corpus",
        "scenario",
        "prompt",
        "judge",
        "verdict",
        "stats",
        "summary",
        "report",
        "spark",
        "storage");
  }

  @ArchTest
  static final ArchRule theCoreRunsWithoutSpark =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.assize.judge..", "io.assize.prompt..", "io.assize.stats..", "io.assize.config..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.spark..", "org.apache.hadoop..", "scala..");

  @ArchTest
  static final ArchRule onlyTheDjlJudgeKnowsDjl =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.assize.judge.djl..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("ai.djl..");

  @ArchTest
  static final ArchRule packagesMakeNoCircle =
      slices().matching("io.assize.(*)..").should().beFreeOfCycles();

  private static void allow(JavaClasses classes, String name, String... below) {
    List<String> above = new ArrayList<>(PACKAGES);
    above.remove(name);
    above.removeAll(List.of(below));
    noClasses()
        .that()
        .resideInAPackage("io.assize." + name + "..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            above.stream().map(other -> "io.assize." + other + "..").toArray(String[]::new))
        .check(classes);
  }
}
