package io.assize;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.assize.cli.bench.BenchCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who may use whom among our packages, and where Spark may be. */
@AnalyzeClasses(packages = "io.assize", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  /** Each package, sub-packages apart where their walls are others, and what it may use. */
  private static final Map<String, List<String>> WALLS =
      Map.ofEntries(
          Map.entry("config", List.of()),
          Map.entry("verdict", List.of()),
          Map.entry("stats", List.of()),
          Map.entry("spark.base", List.of("config")),
          Map.entry("table", List.of("config", "spark.base")),
          Map.entry("prompt", List.of("config", "verdict")),
          Map.entry("judge", List.of("config", "prompt", "verdict")),
          Map.entry("judge.model", List.of("config", "prompt")),
          Map.entry(
              "judge.generate", List.of("config", "prompt", "verdict", "judge", "judge.model")),
          Map.entry(
              "judge.djl", List.of("config", "prompt", "judge", "judge.model", "judge.generate")),
          Map.entry("judge.http", List.of("config", "prompt", "verdict", "judge")),
          Map.entry("judge.replay", List.of("config", "prompt", "judge")),
          Map.entry("judge.length", List.of("config", "prompt", "verdict", "judge", "stats")),
          Map.entry("scenario", List.of("config", "judge")),
          Map.entry("corpus", List.of("config", "spark.base", "table")),
          Map.entry("store", List.of("config", "spark.base", "table", "verdict")),
          Map.entry("summary", List.of("spark.base", "stats", "store", "table", "verdict")),
          Map.entry("report", List.of("summary", "table")),
          Map.entry("spark", List.of("config", "judge", "judge.model", "spark.base", "verdict")),
          Map.entry(
              "job",
              List.of(
                  "config",
                  "corpus",
                  "judge",
                  "prompt",
                  "report",
                  "scenario",
                  "spark",
                  "spark.base",
                  "stats",
                  "store",
                  "summary",
                  "table",
                  "verdict")));

  @ArchTest
  static void packagesUseOnlyWhatStandsBelowThem(JavaClasses classes) {
    WALLS.forEach(
        (name, below) -> {
          List<String> above = new ArrayList<>(WALLS.keySet());
          above.add("cli");
          above.remove(name);
          above.removeAll(below);
          noClasses()
              .that()
              .resideInAPackage(pattern(name))
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(
                  above.stream().map(ArchitectureTest::pattern).toArray(String[]::new))
              .check(classes);
        });
  }

  @ArchTest
  static final ArchRule everyPackageHasItsWalls =
      classes()
          .should()
          .resideInAnyPackage(
              Stream.concat(WALLS.keySet().stream(), Stream.of("cli"))
                  .map(ArchitectureTest::pattern)
                  .toArray(String[]::new));

  /** A package without those of its sub-packages that have walls of their own. */
  private static String pattern(String name) {
    boolean apart = WALLS.keySet().stream().anyMatch(other -> other.startsWith(name + "."));
    return "io.assize." + name + (apart ? "" : "..");
  }

  /** Scala's pairs are part of Spark's Java interface. */
  @ArchTest
  static final ArchRule sparksInternalsAreTouchedInOneRoom =
      noClasses()
          .that()
          .resideOutsideOfPackages("io.assize.spark..", "io.assize.cli.bench..")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.describe(
                  "are internal to Spark",
                  type ->
                      type.getPackageName()
                              .matches(
                                  "org\\.apache\\.spark\\.(rdd|scheduler|rpc|deploy|internal|executor"
                                      + "|sql\\.(catalyst|internal|execution))(\\..*)?")
                          || (type.getPackageName().startsWith("scala")
                              && !type.getName().equals("scala.Tuple2"))));

  @ArchTest
  static final ArchRule theCoreRunsWithoutSpark =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.assize.judge..",
              "io.assize.prompt..",
              "io.assize.stats..",
              "io.assize.config..",
              "io.assize.verdict..")
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

  /** Checkpoints are read, and batches planned, without any engine or judge around them. */
  @ArchTest
  static final ArchRule modelsStandBelowAllElseOfTheJudge =
      noClasses()
          .that()
          .resideInAPackage("io.assize.judge.model..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl..",
              "io.assize.judge",
              "io.assize.judge.generate..",
              "io.assize.judge.djl..",
              "io.assize.judge.http..",
              "io.assize.judge.replay..",
              "io.assize.judge.length..");

  @ArchTest
  static final ArchRule generationKnowsNoEngine =
      noClasses()
          .that()
          .resideInAPackage("io.assize.judge.generate..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(
              "ai.djl..",
              "io.assize.judge.djl..",
              "io.assize.judge.http..",
              "io.assize.judge.replay..",
              "io.assize.judge.length..");

  /** A kind of judge is known to its own package and the list alone. */
  @ArchTest
  static void nobodyKnowsOneKindOfJudgeFromAnother(JavaClasses classes) {
    for (String kind : List.of("http", "replay", "length")) {
      onlyKnownTo(kind).check(classes);
    }
  }

  /** The engine's benchmarks measure what no other kind of judge has. */
  @ArchTest
  static final ArchRule onlyBenchmarksKnowTheDjlJudge = onlyKnownTo("djl", "io.assize.cli.bench..");

  private static ArchRule onlyKnownTo(String kind, String... others) {
    String own = "io.assize.judge." + kind + "..";
    return noClasses()
        .that()
        .resideOutsideOfPackages(
            Stream.concat(Stream.of(own), Stream.of(others)).toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAPackage(own);
  }

  @ArchTest
  static final ArchRule benchmarksServeTheCommandLineAlone =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.assize.cli..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("io.assize.cli.bench..");

  /** The other commands know no more of them than that there is {@code bench}. */
  @ArchTest
  static final ArchRule theCommandLineRegistersBenchmarksInOneLine =
      noClasses()
          .that()
          .resideInAPackage("io.assize.cli")
          .should()
          .dependOnClassesThat(
              DescribedPredicate.and(
                  JavaClass.Predicates.resideInAPackage("io.assize.cli.bench.."),
                  DescribedPredicate.not(JavaClass.Predicates.type(BenchCommand.class))));

  @ArchTest
  static final ArchRule nothingWeWriteDependsOnTheLocale =
      noClasses()
          .should()
          .accessTargetWhere(
              calls(
                  "a method that takes the default locale",
                  "String.format(String, Object[])",
                  "String.formatted(Object[])",
                  "String.toLowerCase()",
                  "String.toUpperCase()",
                  "Formatter\\.<init>\\((?!.*Locale).*",
                  "(PrintStream|PrintWriter)\\.(printf|format)\\(String, Object\\[\\]\\)",
                  "DateTimeFormatter.ofPattern(String)",
                  "DateTimeFormatter\\.ofLocalized.*",
                  "(NumberFormat|DecimalFormat|SimpleDateFormat|MessageFormat|Collator|Scanner)\\..*",
                  "Date.toString()"));

  /** A log file's name has the hour of the user's clock, and a chat template asks for it. */
  @ArchTest
  static final ArchRule nothingWeWriteDependsOnTheTimeZone =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.assize.cli.Logs")
          .and()
          .doNotHaveFullyQualifiedName("io.assize.prompt.ChatTemplate")
          .and()
          .doNotHaveFullyQualifiedName("io.assize.prompt.jinja.Template")
          .should()
          .accessTargetWhere(
              calls(
                  "a method that takes the default time zone",
                  "(LocalDateTime|LocalDate|LocalTime|ZonedDateTime|OffsetDateTime)\\.now\\(\\)",
                  "ZoneId.systemDefault()",
                  "Clock.systemDefaultZone()",
                  "TimeZone.getDefault()",
                  "Calendar\\..*",
                  "Timestamp\\.(valueOf|toLocalDateTime|toString|get(Date|Day|Month|Year|Hours|Minutes|Seconds))\\(.*",
                  "Date\\.(valueOf|toLocalDate)\\(.*"));

  @ArchTest
  static final ArchRule packagesMakeNoCircle =
      slices().matching("io.assize.(*)..").should().beFreeOfCycles();

  /** Calls of and references to methods of the JDK, by simple names: as written, or patterns. */
  private static DescribedPredicate<JavaAccess<?>> calls(String what, String... methods) {
    List<Pattern> patterns =
        Arrays.stream(methods)
            .map(name -> name.contains("\\") || name.contains("*") ? name : Pattern.quote(name))
            .map(Pattern::compile)
            .toList();
    return DescribedPredicate.describe(
        what,
        access ->
            access.getTarget() instanceof CodeUnitAccessTarget target
                && target
                    .getOwner()
                    .getPackageName()
                    .matches("java\\.(lang|util|io|text|time|sql).*")
                && patterns.stream().anyMatch(p -> p.matcher(signature(target)).matches()));
  }

  private static String signature(CodeUnitAccessTarget target) {
    String types =
        target.getRawParameterTypes().stream()
            .map(JavaClass::getSimpleName)
            .collect(Collectors.joining(", "));
    return target.getOwner().getSimpleName() + "." + target.getName() + "(" + types + ")";
  }
}
