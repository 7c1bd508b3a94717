package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.assize.cli.ExplanationText;
import io.assize.config.AssizeConfig;
import io.assize.report.Leaderboard;
import io.assize.spark.Sessions;
import io.assize.store.VerdictStore;
import io.assize.summary.SummaryTables;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import io.assize.testing.Programs;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TimeZone;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables do not depend on the locale and the time zone of the JVM that makes them. */
class LocaleTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);

  /** Columns of the moment and of the run. */
  private static final String OWN = "judged_at|run_id";

  @TempDir private Path dir;

  @Test
  void everyTableAndTextIsTheSameWhereverTheJvmThinksItIs() throws IOException {
    inputs();
    Instant start = Instant.now();
    Maker.make(LocalSpark.session(), dir, dir.resolve("here"));
    Map<String, String> here = texts(dir.resolve("here"));
    assertThat(here)
        .containsKeys("pairs/win_rates.csv", "pairs/verdicts.csv", "pairs/quarantine.csv", "board")
        .containsKeys("single/score_distributions.csv", "explained");
    assertThat(here.get("pairs/current_verdicts.csv").lines()).hasSize(9);
    assertThat(here.get("pairs/win_rates.csv")).contains("ISTANBUL,larch,all,2,");
    List<String> places = new ArrayList<>(List.of("here", "tr-TR"));
    same(madeHere("tr-TR", "Asia/Kathmandu"), here);
    // A JVM of its own takes a minute or more, and finds nothing set by one that began elsewhere.
    if (Boolean.getBoolean("assize.test.long")) {
      for (String[] there :
          new String[][] {{"ar-EG", "Asia/Kolkata"}, {"de-DE", "Australia/Adelaide"}}) {
        same(made(there[0], there[1]), here);
        places.add(there[0]);
      }
    }
    assertThat(instants(places.stream()))
        .hasSize(places.size() * 11)
        .allMatch(t -> !t.isBefore(start));
  }

  private static void same(Map<String, String> made, Map<String, String> here) {
    assertThat(made.keySet()).isEqualTo(here.keySet());
    made.forEach((name, text) -> assertThat(text).as(name).isEqualTo(here.get(name)));
  }

  /** Texts, labels and names whose letters Turkish changes, numbers with a point. */
  private void inputs() {
    LocalSpark.table(
            "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
                + " response_b STRING, scenario STRING, label STRING",
            row("1", "q1", "larch", "INDIGO", "one two three", "one", "ISTANBUL", "A"),
            row("2", "q2", "larch", "INDIGO", "one", "one two", "ISTANBUL", "TIE"),
            row("3", "q3", "INDIGO", "willow", "one two", "two one", "ranking", "B"),
            row("4", "q4", "willow", "larch", "- one\n- **two**", "one two", null, "tie"),
            row("5", null, "willow", "larch", "one", "one two", "ranking", "b"))
        .coalesce(1)
        .write()
        .parquet(dir.resolve("pairs").toString());
    LocalSpark.table(
            "sample_id STRING, `order` STRING, output STRING, probability_a DOUBLE",
            row("1", "ab", "THE FINAL DECISION IS RESPONSE 1", 0.75),
            row("1", "ba", "The final decision is Response 2", 0.5),
            row("2", "ab", "THE FINAL DECISION IS TIE", null),
            row("2", "ba", "THE FINAL DECISION IS TIE", null),
            row("3", "ab", "FINAL DECISION IS RESPONSE 2", 0.125),
            row("3", "ba", "I cannot say", null),
            row("4", "ab", "Final decision is Response 1", 1234.5),
            row("4", "ba", "Final decision is Response 1", null),
            row("s1", "single", "RATING: [[7.5]]", null),
            row("s2", "single", "Rating: [[9]]", null),
            row("s3", "single", "Rating: [[10]]", null))
        .coalesce(1)
        .write()
        .parquet(dir.resolve("recordings").toString());
    LocalSpark.table(
            "sample_id STRING, prompt STRING, model STRING, response STRING, scenario STRING",
            row("s1", "q", "larch", "x", "ISTANBUL"),
            row("s2", "q", "INDIGO", "y", "ranking"),
            row("s3", "q", "larch", "z", "ISTANBUL"))
        .coalesce(1)
        .write()
        .parquet(dir.resolve("single").toString());
  }

  /** The same of this JVM, in a session that opens while its locale and zone are those. */
  private Map<String, String> madeHere(String locale, String zone) throws IOException {
    Locale ours = Locale.getDefault();
    TimeZone clock = TimeZone.getDefault();
    LocalSpark.session().stop();
    Locale.setDefault(Locale.forLanguageTag(locale));
    TimeZone.setDefault(TimeZone.getTimeZone(zone));
    try {
      Maker.make(LocalSpark.session(), dir, dir.resolve(locale));
    } finally {
      LocalSpark.session().stop();
      Locale.setDefault(ours);
      TimeZone.setDefault(clock);
    }
    return texts(dir.resolve(locale));
  }

  /** All that a JVM of that locale and zone makes, each file's text without what is the run's. */
  private Map<String, String> made(String locale, String zone) throws IOException {
    Path out = dir.resolve(locale);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(argument -> argument.startsWith("--add-opens"))
        .forEach(command::add);
    command.addAll(List.of(Programs.QUICK_JVM.split(" ")));
    command.addAll(
        List.of(
            "-Xmx1g",
            "-Duser.language=" + locale.substring(0, 2),
            "-Duser.country=" + locale.substring(3),
            "-Duser.timezone=" + zone,
            "-Djdk.reflect.useDirectMethodHandle=false",
            "-cp",
            System.getProperty("java.class.path"),
            Maker.class.getName(),
            dir.toString(),
            out.toString()));
    Programs.Ended ended =
        Programs.run(dir.resolve("logs"), Map.of("SPARK_LOCAL_IP", "127.0.0.1"), LIMIT, command);
    assertThat(ended.code()).as("%s: %s", locale, ended.err()).isZero();
    return texts(out);
  }

  private static Map<String, String> texts(Path out) throws IOException {
    Map<String, String> texts = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(LocaleTest::compared).toList()) {
        texts.put(out.relativize(file).toString(), withoutOwn(Files.readString(file)));
      }
    }
    return texts;
  }

  private static boolean compared(Path file) {
    String name = file.getFileName().toString();
    return (name.endsWith(".csv") && !name.startsWith(".") && !name.equals("run.csv"))
        || name.equals("board")
        || name.equals("explained");
  }

  private static String withoutOwn(String text) {
    return text.replaceAll("(?m)^(" + OWN + "): .*\n", "")
        .replaceAll("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "RUN")
        .replaceAll("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z", "TIME");
  }

  /** When each verdict was judged, as other tools read it. */
  private List<Instant> instants(Stream<String> folders) {
    return folders
        .flatMap(folder -> Stream.of(folder + "/pairs/verdicts", folder + "/single/verdicts"))
        .map(store -> VerdictStore.openThere(LocalSpark.session(), dir.resolve(store).toString()))
        .flatMap(store -> store.read().select("judged_at").collectAsList().stream())
        .map(row -> row.getTimestamp(0).toInstant())
        .collect(Collectors.toList());
  }

  /** Makes tables in a session opened as the commands open theirs, in this JVM's own locale. */
  static final class Maker {
    private Maker() {}

    /** The folder of the inputs, and the one to write to. */
    public static void main(String[] folders) throws IOException {
      Map<String, String> settings =
          Map.of(
              "spark.master", "local[2]",
              "spark.sql.shuffle.partitions", "2",
              "spark.sql.codegen.wholeStage", "false");
      try (SparkSession spark = Sessions.open("locales", settings, line -> {})) {
        make(spark, Path.of(folders[0]), Path.of(folders[1]));
      }
    }

    static void make(SparkSession spark, Path in, Path out) throws IOException {
      AssizeConfig pairs = config(in, out, "pairs", "pairwise");
      new EvaluationJob(spark, pairs, line -> {}).run();
      new EvaluationJob(spark, config(in, out, "single", "single"), line -> {}).run();
      TableStore tables = new TableStore(spark, pairs.output().dir());
      Leaderboard board =
          new Leaderboard(
              tables.read(SummaryTables.WIN_RATES),
              tables.read(SummaryTables.RATINGS),
              tables.read(SummaryTables.SCORE_DISTRIBUTIONS),
              tables.read(SummaryTables.AGREEMENT));
      Files.writeString(out.resolve("board"), board.text() + board.judges());
      Files.writeString(
          out.resolve("explained"), ExplanationText.of(new ExplainJob(spark, pairs).run("1")));
    }

    private static AssizeConfig config(Path in, Path out, String name, String protocol) {
      return AssizeConfig.parse(
          "assize.corpus.label_values { a = [A], b = [B], tie = [TIE] }",
          Map.of(
              "assize.corpus.path", "\"" + in.resolve(name) + "\"",
              "assize.output.dir", "\"" + out.resolve(name) + "\"",
              "assize.protocol", protocol,
              "assize.judge.kind", "replay",
              "assize.judge.recordings", "\"" + in.resolve("recordings") + "\""));
    }
  }
}
