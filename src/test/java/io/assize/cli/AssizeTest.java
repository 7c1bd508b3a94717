package io.assize.cli;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.prompt.PromptFields;
import io.assize.prompt.PromptTemplate;
import io.assize.prompt.Protocol;
import io.assize.testing.LocalSpark;
import io.assize.testing.PublicData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.IntSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Exit codes, and what a person or a program reads. */
class AssizeTest {
  @TempDir private Path dir;

  private record Ended(int code, String out, String err) {}

  @Test
  void wrongUsageIsCode2() {
    assertThat(assize().code()).isEqualTo(2);
    assertThat(assize("juge").code()).isEqualTo(2);
    assertThat(usage("summarize")).contains("--verdicts is missing", "-c FILE");
    assertThat(usage("compact")).contains("--store is missing");
    assertThat(assize("run").err()).contains("Missing required option: '--config=FILE'");
    assertThat(assize("import").err()).contains("name a format");
    assertThat(assize("--help").code()).isZero();
    assertThat(assize("--version").out()).startsWith("assize 0.");
  }

  @Test
  void everyCommandHasItsHelp() {
    List<List<String>> commands = new ArrayList<>();
    collect(Assize.commandLine(new Assize()), List.of(), commands);
    assertThat(commands)
        .contains(
            List.of("bench", "engine"), List.of("bench", "store"), List.of("import", "autoj"));
    for (List<String> command : commands) {
      Ended ended = assize(with(command, "--help"));
      assertThat(ended.code()).as(command.toString()).isZero();
      assertThat(ended.out()).startsWith("Usage: assize " + String.join(" ", command));
      assertThat(ended.out()).as(command.toString()).contains("--verbose");
    }
    assertThat(assize("help", "run").out()).startsWith("Usage: assize run");
    assertThat(assize("bench", "help", "engine").out()).startsWith("Usage: assize bench engine");
  }

  private static void collect(CommandLine line, List<String> name, List<List<String>> into) {
    into.add(name);
    line.getSubcommands()
        .forEach(
            (word, command) -> {
              if (!word.equals("help")) {
                collect(command, List.of(with(name, word)), into);
              }
            });
  }

  private static String[] with(List<String> words, String last) {
    List<String> all = new ArrayList<>(words);
    all.add(last);
    return all.toArray(new String[0]);
  }

  @Test
  void wrongUsageIsOneLineWithWhatToDo() throws IOException {
    Path conf = conf(dir.resolve("pairs"));
    Path latin1 = Files.write(dir.resolve("latin1.conf"), new byte[] {'a', '=', (byte) 0xe4});
    assertThat(usage("runn"))
        .contains("there is no command runn; there are demo, run,", "did you mean run?")
        .contains("assize --help");
    assertThat(usage("run", "-c", conf.toString(), "@" + latin1)).contains("@" + latin1);
    assertThat(usage("run", "-c", conf.toString(), "--rejudge", "--only-failed"))
        .startsWith("assize: --rejudge");
    assertThat(usage("run", "-c", conf.toString(), "-D", "assize.corpus.sample=2.7"))
        .contains("assize.corpus.sample must be a whole number");
    assertThat(usage("run", "-c", conf.toString(), "--format", "xml"))
        .contains("TEXT, JSON", "xml", "assize run --help");
    assertThat(usage("run", "-c", conf.toString(), "-D")).contains("key=value");
    assertThat(usage("run", "-c", dir + "/none.conf")).contains("none.conf cannot be read");
    assertThat(usage("run", "-c", dir.toString())).contains("is a folder");
    assertThat(usage("run", "-c", latin1.toString())).contains("is not UTF-8");
    assertThat(usage("run", "-c", conf.toString(), "-D", "assize.judge.knd=length"))
        .contains("assize.judge.knd (given by -D)", "did you mean assize.judge.kind?");
    assertThat(usage("run", "-c", conf.toString(), "-D", "assize.judge.slots=many"))
        .contains("assize.judge.slots must be a whole number (given by -D)");
    assertThat(usage("run", "-c", conf.toString(), "-D", "assize..judge=x"))
        .contains("assize..judge");
  }

  @Test
  void aJudgeThatComparesIsNotAskedToRate() throws IOException {
    assertThat(usage("run", "-c", conf(pairs()).toString(), "-D", "assize.protocol=single"))
        .contains("assize.judge.kind is length", "protocol single rates one");
  }

  @Test
  void anOutputThatCannotBeWrittenIsWrongUsage() throws IOException {
    assertThat(
            usage(
                "run", "-c", conf(pairs()).toString(), "-D", "assize.output.dir=/proc/nowhere/out"))
        .contains("/proc/nowhere/out cannot be written");
  }

  @Test
  void whatIsNotWhatItWasSaidToBeIsWrongUsage() throws IOException {
    String conf = conf(pairs()).toString();
    Path lines =
        Files.writeString(
            dir.resolve("pairs.jsonl"),
            "{\"sample_id\": 1, \"prompt\": \"q\", \"model\": \"m\"}\n");
    LocalSpark.table(
            "prompt_id STRING, prompt STRING, model STRING, response STRING",
            row("1", "q", "larch", "one"))
        .write()
        .parquet(dir.resolve("outputs").toString());
    Path empty = Files.createDirectories(dir.resolve("empty"));

    assertThat(usage("compact", "--store", dir + "/none")).contains("no store of verdicts at");
    assertThat(usage("compact", "--store", empty.toString())).contains("no store of verdicts at");
    assertThat(usage("explain", "-c", conf, "1")).contains("no store of verdicts at");
    assertThat(usage("run", "-c", conf, "--rejudge")).contains("it has none at all");
    assertThat(usage("run", "-c", conf, "-D", "assize.corpus.path=" + dir + "/outputs"))
        .contains("single outputs", "not pairs");
    assertThat(
            usage(
                "run",
                "-c",
                conf,
                "-D",
                "assize.corpus.path=" + lines,
                "-D",
                "assize.corpus.format=parquet"))
        .contains("is not Parquet", "JSON");
    assertThat(usage("import", "alpaca-eval", "--input", empty.toString(), "--out", dir + "/i"))
        .contains(empty.toString());
    assertThat(dir.resolve("none")).doesNotExist();
    assertThat(empty).isEmptyDirectory();
    assertThat(dir.resolve("out/verdicts")).doesNotExist();
  }

  /** Ends with code 2 and one line, which is given back. */
  private String usage(String... arguments) {
    Ended ended = assize(arguments);
    assertThat(ended.code()).as(ended.err()).isEqualTo(2);
    assertThat(ended.err()).doesNotContain("\tat ");
    assertThat(lines(ended)).hasSize(1);
    return lines(ended).get(0);
  }

  /** A command that ends with a given error. */
  @Command(name = "fail")
  private record Failing(Callable<Integer> work) implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
      return work.call();
    }
  }

  @Test
  void noTraceReachesAUserWhateverWasThrown() throws IOException {
    Callable<Integer> exception =
        () -> {
          throw new IllegalStateException("first line\nsecond line");
        };
    Callable<Integer> error =
        () -> {
          throw new NoClassDefFoundError("io/delta/Gone");
        };
    Ended bug = failing(exception);
    assertThat(bug.code()).isEqualTo(1);
    assertThat(bug.err().lines())
        .singleElement()
        .asString()
        .startsWith("assize: failed with java.lang.IllegalStateException: first line: ")
        .contains("its trace is in " + Logs.file());
    assertThat(Logs.file()).content().contains("second line").contains("\tat io.assize.cli");
    Ended missing = failing(error);
    assertThat(missing.code()).isEqualTo(1);
    assertThat(missing.err().lines()).singleElement().asString().contains("io/delta/Gone");
    assertThat(failing(exception, "--verbose").err()).contains("\tat io.assize.cli");
  }

  private static Ended failing(Callable<Integer> work, String... more) {
    return captured(
        () -> {
          Assize assize = new Assize();
          CommandLine line = new CommandLine(assize);
          line.addSubcommand("fail", new Failing(work));
          List<String> arguments = new ArrayList<>(List.of(more));
          arguments.add("fail");
          return assize.execute(line, arguments.toArray(new String[0]));
        });
  }

  @Test
  void aWrongConfigurationIsCode2AndOneLineBeforeAnyWork() throws IOException {
    Path corpus = pairs();
    Ended unknown = run(corpus, "assize.judge.slot=3");
    assertThat(unknown.code()).isEqualTo(2);
    assertThat(lines(unknown))
        .singleElement()
        .asString()
        .startsWith("assize: unknown configuration key assize.judge.slot");

    Ended noModel =
        run(corpus, "assize.judge.kind=djl", "assize.judge.model=" + dir.resolve("none"));
    assertThat(noModel.code()).isEqualTo(2);
    assertThat(lines(noModel)).singleElement().asString().contains("none does not exist");

    Ended noCorpus = run(dir.resolve("nowhere"));
    assertThat(noCorpus.code()).isEqualTo(2);
    assertThat(lines(noCorpus))
        .singleElement()
        .asString()
        .contains("nowhere")
        .contains("nowhere does not exist");
    assertThat(dir.resolve("out/verdicts")).doesNotExist();
  }

  @Test
  void aRunPrintsItsLeaderboardAndEndsWith0() throws IOException {
    Ended ended = run(pairs());
    assertThat(ended.code()).isZero();
    assertThat(ended.out())
        .contains("all scenarios")
        .containsPattern("larch +100\\.0%")
        .contains("length agrees with people on 100.0% of 2 rows")
        .contains("2 rows read, 0 quarantined, 4 requests judged");
    assertThat(ended.err()).contains("judging 4 requests with length");
  }

  @Test
  void aProgramReadsJson() throws IOException {
    Path conf = conf(pairs());
    JsonNode json = json("run", "-c", conf.toString());
    assertThat(json.get("judged").asInt()).isEqualTo(4);
    assertThat(json.get("judge").asText()).isEqualTo("length");
    assertThat(json.get("win_rates").get(0).get("scenario").asText()).isEqualTo("all");
    assertThat(json.get("win_rates").get(0).get("model").asText()).isEqualTo("larch");
    assertThat(json.get("win_rates").get(0).get("win_rate").asDouble()).isEqualTo(1.0);
    assertThat(json.get("agreement").get(0).get("length_baseline_agreement").asDouble())
        .isEqualTo(1.0);
    assertThat(json.get("ratings").get(0).has("note")).isTrue();

    // The same from the configuration alone, and with a flag before it.
    JsonNode again = json("summarize", "-c", conf.toString());
    assertThat(again.get("verdicts").asInt()).isEqualTo(4);
    assertThat(again.get("win_rates")).isEqualTo(json.get("win_rates"));
    assertThat(
            json("summarize", "-c", conf.toString(), "--out", dir + "/other")
                .get("output")
                .asText())
        .endsWith("/other");
    JsonNode planned = json("plan-sample", "-c", conf.toString(), "--width", "0.1");
    assertThat(planned.get("models").size()).isEqualTo(2);
    assertThat(planned.get("width").asDouble()).isEqualTo(0.1);
    assertThat(planned.get("games").asInt()).isEqualTo(1000);
    assertThat(json("explain", "-c", conf.toString(), "1").get("sample_id").asText())
        .isEqualTo("1");
    JsonNode shown = json("explain", "-c", conf.toString(), "1", "--prompt").get("requests");
    assertThat(shown.size()).isEqualTo(2);
    assertThat(shown.get(0).get("order").asText()).isEqualTo("ab");
    assertThat(shown.get(0).get("messages").size()).isPositive();
    assertThat(shown.get(0).get("readings").size()).isZero();
    JsonNode compacted = json("compact", "-c", conf.toString());
    assertThat(compacted.has("files_added") && compacted.has("files_removed")).isTrue();
    assertThat(compacted.get("store").asText()).endsWith("out/verdicts");
    JsonNode judged = json("judge", "-c", conf.toString());
    assertThat(judged.get("reused").asInt()).isEqualTo(4);
    assertThat(judged.get("output").asText()).endsWith("/out");
    assertThat(json("bench", "coverage", "--boards", "2").get("results").size()).isPositive();
  }

  @Test
  void whatAModelReadsOfATextOfOnesOwnIsShownWithItsTokens() throws IOException {
    String conf = conf(pairs()).toString();
    Path text = Files.writeString(dir.resolve("own.txt"), "Hi!");
    String model = "src/test/resources/golden/sentencepiece/legacy";
    List<String> arguments = new ArrayList<>(List.of("explain", "-c", conf, "--text", text + ""));
    arguments.addAll(List.of("-D", "assize.judge.kind=djl", "-D", "assize.judge.model=" + model));
    arguments.addAll(List.of("-D", "assize.judge.max_new_tokens=64"));
    JsonNode request = json(arguments.toArray(String[]::new)).get("requests").get(0);
    JsonNode reading = request.get("readings").get(0);
    assertThat(reading.get("text").asText()).isEqualTo("<s>[INST] Hi! [/INST]");
    assertThat(reading.get("tokens").get(0).get("id").asLong()).isEqualTo(1);
    assertThat(reading.get("tokens").get(0).get("piece").asText()).isEqualTo("<s>");
    assertThat(usage("explain", "-c", conf)).contains("either the SAMPLE_ID of a row or --text");
    assertThat(usage("explain", "-c", conf, "--text", dir + "/none")).contains("cannot be read");
  }

  @Test
  void aCorpusWithNamesOfItsOwnIsSummarizedByTheSameConfiguration() throws IOException {
    LocalSpark.session()
        .read()
        .parquet(pairs().toString())
        .withColumnRenamed("sample_id", "id")
        .withColumnRenamed("response_a", "output_a")
        .write()
        .parquet(dir.resolve("own").toString());
    Path conf =
        Files.writeString(
            dir.resolve("own.conf"),
            "assize { corpus { path = \"%s\", columns { sample_id = id, response_a = output_a } },"
                    .formatted(dir.resolve("own"))
                + " judge.kind = length, output.dir = \"%s\" }".formatted(dir.resolve("own-out")));
    assertThat(assize("run", "-c", conf.toString()).code()).isZero();
    byte[] first = Files.readAllBytes(dir.resolve("own-out/win_rates.csv"));
    Ended ended = assize("summarize", "-c", conf.toString(), "--out", dir + "/own-again");
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(dir.resolve("own-again/win_rates.csv")).hasBinaryContent(first);
    // The run's own copy has our names.
    Ended copy =
        assize(
            "summarize",
            "-c",
            conf.toString(),
            "--corpus",
            dir + "/own-out/corpus",
            "--out",
            dir + "/own-copy");
    assertThat(copy.code()).as(copy.err()).isZero();
    assertThat(dir.resolve("own-copy/win_rates.csv")).hasBinaryContent(first);
  }

  private static JsonNode json(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--format", "json"));
    Ended ended = assize(all.toArray(new String[0]));
    assertThat(ended.code()).as(ended.err()).isBetween(0, 1);
    assertThat(ended.out().lines()).hasSize(1);
    return new ObjectMapper().readTree(ended.out());
  }

  @Test
  void tooManyFailedRowsAreCode3WithEveryTableWritten() throws IOException {
    LocalSpark.table(
            "sample_id STRING, `order` STRING, output STRING",
            row("1", "ab", "no idea"),
            row("1", "ba", "The final decision is Response 2"))
        .write()
        .parquet(dir.resolve("recordings").toString());
    Ended ended =
        run(
            pairs(),
            "assize.judge.kind=replay",
            "assize.judge.recordings=" + dir.resolve("recordings"));
    assertThat(ended.code()).isEqualTo(3);
    assertThat(ended.err())
        .contains("75.0 % of the requests failed, more than assize.run.max_failed_share");
    assertThat(dir.resolve("out/win_rates.csv")).exists();
    assertThat(dir.resolve("out/run.csv")).exists();
  }

  @Test
  void judgeWritesVerdictsOnlyAndSummarizeTheRest() throws IOException {
    Path conf = conf(pairs());
    assertThat(assize("judge", "-c", conf.toString()).code()).isZero();
    assertThat(dir.resolve("out/verdicts.csv")).exists();
    assertThat(dir.resolve("out/win_rates")).doesNotExist();
    Ended ended =
        assize(
            "summarize",
            "--verdicts",
            dir.resolve("out/verdicts").toString(),
            "--corpus",
            dir.resolve("out/corpus").toString(),
            "--out",
            dir.resolve("tables").toString());
    assertThat(ended.code()).isZero();
    assertThat(dir.resolve("tables/win_rates.csv")).exists();
    Ended planned =
        assize(
            "plan-sample",
            "--verdicts",
            dir.resolve("out/verdicts").toString(),
            "--corpus",
            dir.resolve("out/corpus").toString(),
            "--width",
            "0.1",
            "--games",
            "10",
            "--out",
            dir.resolve("next").toString());
    assertThat(planned.code()).isZero();
    assertThat(planned.out()).contains("needs").contains("width 0.1");
    // Every row of the corpus has its verdict.
    assertThat(LocalSpark.session().read().parquet(dir.resolve("next").toString()).count())
        .isZero();
  }

  @Test
  void coverageIsCounted() {
    Ended ended = assize("bench", "coverage", "--boards", "20", "--plot", dir + "/coverage.svg");
    assertThat(ended.out()).contains("| rating: sandwich |").contains("| rank of a model |");
    assertThat(dir.resolve("coverage.svg")).exists();
  }

  @Test
  void coverageTakesTheSeedOfTheConfiguration() throws IOException {
    Path conf = conf(dir.resolve("pairs"));
    JsonNode seven = json("bench", "coverage", "--boards", "2", "--seed", "7");
    String[] configured = {"bench", "coverage", "--boards", "2", "-c", conf.toString()};
    assertThat(json(with(List.of(configured), "-Dassize.summary.seed=7"))).isEqualTo(seven);
    assertThat(json(configured)).isNotEqualTo(seven);
  }

  @Test
  void benchMeasuresTheJudgeOfTheConfigurationAndJsonHoldsWhatItsTextSays() throws IOException {
    String[] measured = {"--pairs", autoJPairs().toString(), "--count", "2", "-c", ""};
    measured[5] = tiny("kind = djl, precision = fp32, max_new_tokens = 4, threads = 1").toString();

    JsonNode engine = json(all("bench engine --runs 0 --work " + dir.resolve("work"), measured));
    assertThat(engine.get("precision").asText()).isEqualTo("fp32");
    assertThat(engine.get("prompts").asInt()).isEqualTo(2);
    assertThat(engine.get("tokens_per_second").get("assize").asDouble()).isPositive();
    assertThat(engine.get("rows_per_second").asDouble()).isPositive();
    assertThat(engine.has("reused_share")).isTrue();
    JsonNode request = new ObjectMapper().readTree(dir.resolve("work/request.json").toFile());
    assertThat(request.get("new_tokens").asInt()).isEqualTo(4);
    assertThat(request.get("threads").asInt()).isEqualTo(1);

    JsonNode decisions = json(all("bench decisions --runs 0 --new-tokens 3", measured));
    assertThat(decisions.get("new_tokens").asInt()).isEqualTo(3);
    assertThat(decisions.get("rows_per_second").get("forced").asDouble()).isPositive();
    assertThat(decisions.get("forced_times_as_fast").asDouble()).isPositive();

    Ended precision = assize(all("bench precision --precisions fp32", measured));
    assertThat(precision.out())
        .startsWith("fp32  perplexity ")
        .contains("decisions as fp32's 100.0 %", "alone as together 100.0 %");
  }

  @Test
  void benchOfWhatIsNoModelHereIsWrongUsage() throws IOException {
    String pairs = autoJPairs().toString();
    assertThat(usage("bench", "engine", "--pairs", pairs))
        .contains("assize.judge.model is missing");
    assertThat(usage("bench", "engine", "--pairs", pairs, "-c", tiny("kind = length").toString()))
        .contains("assize.judge.kind is length");
    assertThat(usage("bench", "decisions", "-c", tiny("kind = djl").toString()))
        .contains("--pairs is missing");
  }

  /** A configuration with the tiny checkpoint, whose positions suffice for the prompts. */
  private Path tiny(String judge) throws IOException {
    Path model = Files.createDirectories(dir.resolve("tiny"));
    try (Stream<Path> files = Files.list(Path.of("src/test/resources/golden/tiny-llama"))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Path config = model.resolve("config.json");
    Files.writeString(config, Files.readString(config).replace(": 512", ": 4096"));
    return Files.writeString(
        dir.resolve("tiny.conf"),
        "assize { corpus.path = none, output.dir = none, judge { model = \"%s\", %s } }"
            .formatted(model, judge));
  }

  private Path autoJPairs() throws IOException {
    String pair =
        "{\"scenario\":\"planning\",\"prompt\":\"q %d\",\"response 1\":\"one\",\"response 2\":\"two\"}\n";
    return Files.writeString(dir.resolve("pairs.jsonl"), pair.formatted(1) + pair.formatted(2));
  }

  private static String[] all(String command, String[] more) {
    List<String> all = new ArrayList<>(List.of(command.split(" ", -1)));
    all.addAll(List.of(more));
    return all.toArray(new String[0]);
  }

  @Test
  void summarizeOfWhatIsNotThereIsCode2() {
    Ended ended =
        assize(
            "summarize", "--verdicts", dir + "/no", "--corpus", dir + "/no", "--out", dir + "/t");
    assertThat(ended.code()).isEqualTo(2);
    assertThat(lines(ended)).singleElement().asString().contains("cannot be read as Parquet");
  }

  @Test
  void theAutoJJudgesOwnPromptsBecomeProtocols() throws IOException {
    Path templates = PublicData.autoJ().resolve("templates");
    Ended ended =
        assize(
            "import",
            "autoj-templates",
            "--input",
            templates.toString(),
            "--out",
            dir.resolve("protocols").toString());
    assertThat(ended.code()).isZero();
    Protocol protocol = Protocol.load(dir.resolve("protocols/autoj-pairwise.conf").toString());
    String user =
        new PromptTemplate(protocol)
            .render(new PromptFields("Q {response}", List.of("R1 {prompt}", "R2"), null, "s", null))
            .get(0)
            .content();
    String expected =
        Files.readString(templates.resolve("pairwise.txt"))
            .replace("{prompt}", "\u0001")
            .replace("{response}", "\u0002")
            .replace("{response_another}", "R2")
            .replace("\u0001", "Q {response}")
            .replace("\u0002", "R1 {prompt}");
    assertThat(user).isEqualTo(expected);
    assertThat(
            assize("import", "autoj-templates", "--input", dir.toString(), "--out", dir.toString())
                .code())
        .isEqualTo(2);
  }

  private Path pairs() {
    Path corpus = dir.resolve("pairs");
    LocalSpark.table(
            "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
                + " response_b STRING, label STRING",
            row("1", "q", "larch", "maple", "one two", "one", "a"),
            row("2", "another q", "maple", "larch", "one", "one two", "b"))
        .write()
        .parquet(corpus.toString());
    return corpus;
  }

  private Path conf(Path corpus) throws IOException {
    return Files.writeString(
        dir.resolve("run.conf"),
        "assize { corpus.path = \"%s\", judge.kind = length, output.dir = \"%s\" }"
            .formatted(corpus, dir.resolve("out")));
  }

  private Ended run(Path corpus, String... settings) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("run", "-c", conf(corpus).toString()));
    for (String setting : settings) {
      arguments.add("-D");
      arguments.add(setting);
    }
    return assize(arguments.toArray(new String[0]));
  }

  private static List<String> lines(Ended ended) {
    return ended.err().lines().filter(line -> line.startsWith("assize: ")).toList();
  }

  private static Ended assize(String... arguments) {
    return captured(() -> Assize.execute(arguments));
  }

  private static Ended captured(IntSupplier work) {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream outBytes = new ByteArrayOutputStream();
    ByteArrayOutputStream errBytes = new ByteArrayOutputStream();
    try {
      System.setOut(new PrintStream(outBytes, true, StandardCharsets.UTF_8));
      System.setErr(new PrintStream(errBytes, true, StandardCharsets.UTF_8));
      int code = work.getAsInt();
      return new Ended(
          code,
          outBytes.toString(StandardCharsets.UTF_8),
          errBytes.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
  }
}
