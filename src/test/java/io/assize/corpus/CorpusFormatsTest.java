package io.assize.corpus;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.testing.LocalSpark;
import io.assize.testing.Programs;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a corpus may be written as, and how its files may differ. */
class CorpusFormatsTest {
  private static final String PAIRS =
      "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
          + " response_b STRING";

  @TempDir private Path dir;
  private final List<String> notes = new ArrayList<>();

  @Test
  void jsonLinesAreACorpusAndBadLinesAreSetAside() throws IOException {
    String good =
        "{\"sample_id\": %s, \"prompt\": \"q\", \"model_a\": \"m\", \"model_b\": \"n\","
            + " \"response_a\": \"x\\ny\", \"response_b\": %s, \"label\": %s%s}";
    text(
        "c/a.jsonl",
        "\uFEFF" + good.formatted("1", "\"z\"", "\"A\"", ", \"meta\": {\"k\": [1, 2]}"),
        "",
        good.formatted("\"2\"", "\"\"", "null", ", \"cost\": 1.50") + "\r",
        good.formatted("\"3\"", "null", "\" tie \"", ", \"Cost\": \"free\""),
        "{\"sample_id\": \"4\", ",
        "[1, 2]",
        good.formatted("\"5\"", "\"z\"", "1", ""));
    Files.createDirectories(dir.resolve("c/scenario=co%20de"));
    try (OutputStream out =
        new GZIPOutputStream(Files.newOutputStream(dir.resolve("c/scenario=co%20de/b.json.gz")))) {
      out.write(
          (good.formatted("\"6\"", "\"z\"", "\"b\"", "") + "\n").getBytes(StandardCharsets.UTF_8));
    }

    Corpus corpus = read("c", Map.of());

    assertThat(
            corpus
                .valid()
                .orderBy("sample_id")
                .select(
                    "sample_id", "response_a", "response_b", "label", "scenario", "Cost", "meta")
                .collectAsList()
                .stream()
                .map(Row::toString))
        .containsExactly(
            "[1,x\ny,z,a,default,null,{\"k\":[1,2]}]",
            "[2,x\ny,,null,default,null,null]",
            "[3,x\ny,,tie,default,free,null]",
            "[6,x\ny,z,b,co de,null,null]");
    assertThat(notes).contains("left out columns that differ in case only: cost");
    List<Row> bad = corpus.quarantined().orderBy("line").collectAsList();
    assertThat(bad).hasSize(3);
    assertThat(bad).allMatch(row -> row.<String>getAs("file").endsWith("/c/a.jsonl"));
    assertThat(bad.get(0).<String>getAs("reason")).isEqualTo("label is none of a, b, tie");
    assertThat(bad.get(0).<String>getAs("label")).isEqualTo("1");
    assertThat(bad.get(1).<String>getAs("line")).isEqualTo("[1, 2]");
    assertThat(bad.get(1).<String>getAs("reason")).isEqualTo("the line is JSON, but no object");
    assertThat(bad.get(2).<String>getAs("line")).isEqualTo("{\"sample_id\": \"4\", ");
    assertThat(bad.get(2).<String>getAs("reason")).startsWith("the line is no JSON object: ");
  }

  @Test
  void csvIsACorpusWithLinesWithinCellsAndHeadersInAnyOrder() throws IOException {
    text(
        "c/a.csv",
        "\uFEFFsample_id,prompt,model_a,model_b,response_a,response_b,label,\"no\"\"te\"",
        "1,\"two\nlines, \"\"quoted\"\"\",m,n, x ,\"\",b,",
        "2,q,m,n,x",
        "3,q,m,n,,y,,hi");
    text(
        "c/sub/b.csv",
        "prompt,sample_id,model_b,model_a,response_b,response_a",
        "q,4,n,m,right,left");

    Corpus corpus = read("c", Map.of("assize.corpus.empty_response", "quarantine"));

    List<Row> valid = corpus.valid().orderBy("sample_id").collectAsList();
    assertThat(valid).hasSize(2);
    assertThat(valid.get(0).<String>getAs("prompt")).isEqualTo("two\nlines, \"quoted\"");
    assertThat(valid.get(0).<String>getAs("response_a")).isEqualTo(" x ");
    assertThat(valid.get(0).<String>getAs("response_b")).isEmpty();
    assertThat(valid.get(0).<String>getAs("label")).isEqualTo("b");
    assertThat(valid.get(1).<String>getAs("response_a")).isEqualTo("left");
    assertThat(valid.get(1).<String>getAs("model_b")).isEqualTo("n");
    List<Row> bad = corpus.quarantined().orderBy("sample_id").collectAsList();
    assertThat(bad).hasSize(2);
    assertThat(bad.get(0).<String>getAs("line")).startsWith("2,q,m,n,x");
    assertThat(bad.get(0).<String>getAs("reason"))
        .isEqualTo("the row has not the 8 cells of the header");
    assertThat(bad.get(1).<String>getAs("reason")).isEqualTo("response_a is null");
    assertThat(bad.get(1).<String>getAs("no\"te")).isEqualTo("hi");
  }

  @Test
  void usedColumnsMayDifferInTypeWhereNothingIsLost() {
    Dataset<Row> pairs = LocalSpark.table(PAIRS, row("1", "q", "m", "n", "x", "y"));
    write(
        "c/int",
        pairs.withColumn("sample_id", functions.lit(7)).withColumn("turn", functions.lit(1)));
    write(
        "c/long",
        pairs
            .withColumn("sample_id", functions.lit(1L << 40))
            .withColumn("turn", functions.lit("one")));
    write(
        "c/binary",
        pairs
            .withColumn("prompt", functions.expr("X'C3BC00'"))
            .withColumn("label", functions.lit(null).cast("int")));
    write(
        "c/broken",
        pairs
            .withColumn("sample_id", functions.lit("5"))
            .withColumn("prompt", functions.expr("X'FF41'")));
    write(
        "c/labelled",
        pairs
            .withColumn("sample_id", functions.lit("6"))
            .withColumn("label", functions.lit(1.0))
            .withColumn("turn", functions.expr("named_struct('a', 1, 'A', 2)")));
    write(
        "c/written",
        pairs
            .withColumn("sample_id", functions.lit("8"))
            .withColumn("label", functions.lit("1.0")));

    Corpus corpus = read("c", Map.of("assize.corpus.label_values.a", "[1]"));

    assertThat(
            corpus
                .valid()
                .orderBy("sample_id")
                .select("sample_id", "prompt", "label")
                .collectAsList()
                .stream()
                .map(Row::toString))
        .containsExactly(
            "[1,ü,null]", "[1099511627776,q,null]", "[6,q,a]", "[7,q,null]", "[8,q,a]");
    assertThat(corpus.reasons()).isEqualTo(Map.of("prompt is not UTF-8", 1L));
    assertThat(notes).singleElement().asString().contains("turn");
  }

  @Test
  void foldersBelowTheNamedOneMayBeColumnsThoseAboveAreNone() {
    Dataset<Row> pairs =
        LocalSpark.table(
            PAIRS, row("1", "q", "m", "n", "x", "y"), row("2", "q", "m", "n", "x", "y"));
    String root = "100 % sure: a=b [v2]/day=1";
    pairs
        .withColumn(
            "scenario",
            functions.when(functions.col("sample_id").equalTo("1"), "c/d e").otherwise(null))
        .write()
        .partitionBy("scenario")
        .parquet(dir.resolve(root + "/data").toString());
    Corpus corpus = read(root, Map.of());
    assertThat(corpus.valid().columns()).doesNotContain("day", "100 % sure: a");
    assertThat(
            corpus.valid().orderBy("sample_id").select("scenario").collectAsList().stream()
                .map(Row::toString))
        .containsExactly("[c/d e]", "[default]");
  }

  @Test
  void whatIsNoCorpusIsRefusedInOneLineThatSaysWhatToDo() throws IOException {
    Dataset<Row> pairs = LocalSpark.table(PAIRS, row("1", "q", "m", "n", "x", "y"));
    write("mixed/p", pairs);
    text("mixed/a.csv", "sample_id");
    refused("mixed", Map.of(), "holds Parquet (", "and CSV (", "set assize.corpus.format");
    assertThat(read("mixed", Map.of("assize.corpus.format", "parquet")).rowsValid()).isEqualTo(1);
    text("mixed2/dataset_infos.json", "{}");
    write("mixed2/data", pairs);
    assertThat(read("mixed2", Map.of()).rowsValid()).isEqualTo(1);
    assertThat(notes).containsExactly("passed over what is no data: dataset_infos.json");

    text("nothing/README.md", "# nothing");
    refused("nothing", Map.of(), "holds no data");
    text("odd.txt", "x");
    refused("odd.txt", Map.of(), "odd.txt is of no format", "assize.corpus.format");
    write(
        "outputs",
        LocalSpark.table(
            "prompt_id STRING, prompt STRING, model STRING, response STRING",
            row("1", "q", "m", "x")));
    refused(
        "outputs", Map.of(), "single outputs", "pair the outputs", "sample_id, prompt, model_a");
    write(
        "turns",
        pairs.withColumn(
            "prompt", functions.expr("array(named_struct('role', 'user', 'content', 'q'))")));
    refused(
        "turns",
        Map.of(),
        "column prompt of",
        "turns/part-",
        "array<struct<role:string,content:string>>: prompt must be a text");
    refused(
        "turns", Map.of("assize.corpus.default_scenario", "all"), "default_scenario is \"all\"");
    refused("turns", Map.of("assize.corpus.label_values", "{ a = [x], b = [X] }"), "two meanings");
  }

  @Test
  void aThousandFilesOfOneSchemaAreOneRead() throws IOException {
    write("one", LocalSpark.table(PAIRS, row("1", "q", "m", "n", "x", "y")));
    Path file;
    try (var files = Files.list(dir.resolve("one"))) {
      file = files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
    for (int i = 0; i < 1000; i++) {
      Files.createDirectories(dir.resolve("many/" + i % 10));
      Files.copy(file, dir.resolve("many/%d/%d.parquet".formatted(i % 10, i)));
    }
    Corpus corpus = read("many", Map.of());
    assertThat(corpus.rowsRead()).isEqualTo(1000);
    assertThat(corpus.reasons()).isEqualTo(Map.of("duplicate sample_id", 999L));
  }

  @Test
  void judgedRowsOfEitherKindAreCheckedWithWhatSummariesNeed() {
    write(
        "judged/a",
        LocalSpark.table(
            PAIRS, row("1", null, "m", "n", null, "y"), row("1", null, "m", "n", null, "y")));
    write(
        "judged/b",
        LocalSpark.table(
            "sample_id BIGINT, model STRING, rating INT, scenario STRING",
            row(2L, "m", 7, null),
            row(3L, "all", 7, "s")));
    Corpus corpus = read("judged", Map.of(), CorpusSchema.JUDGED);
    assertThat(
            corpus
                .valid()
                .orderBy("sample_id")
                .select("sample_id", "model_a", "response_a", "model", "rating", "scenario")
                .collectAsList()
                .stream()
                .map(Row::toString))
        .containsExactly("[1,m,null,null,null,default]", "[2,null,null,m,7.0,default]");
    assertThat(corpus.reasons())
        .isEqualTo(
            Map.of(
                "duplicate sample_id",
                1L,
                "model is named all or group:…, which are reserved",
                1L));
  }

  @Test
  void aCorpusThatWasJudgedHasTheNamesOfTheMappingOrOurs() {
    write("ours", LocalSpark.table(PAIRS, row("1", "q", "m", "n", "x", "y")));
    CorpusConfig mapped = mapped("ours");
    CorpusReader reader = new CorpusReader(LocalSpark.session(), notes::add);
    assertThat(reader.readJudged(mapped, CorpusSchema.PAIRWISE).rowsValid()).isEqualTo(1);
    write(
        "theirs",
        LocalSpark.table(
            "id INT, prompt STRING, model_a STRING, model_b STRING, output_a STRING,"
                + " response_b STRING",
            row(1, "q", "m", "n", "x", "y")));
    assertThat(reader.readJudged(mapped("theirs"), CorpusSchema.PAIRWISE).rowsValid()).isEqualTo(1);
    // What is to be judged has the columns that the configuration says.
    assertThatThrownBy(() -> reader.read(mapped, CorpusSchema.PAIRWISE))
        .hasMessageContaining("lacks the column id");

    write("other", LocalSpark.table("name STRING, prompt STRING", row("1", "q")));
    assertThatThrownBy(() -> reader.readJudged(mapped("other"), CorpusSchema.JUDGED))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContainingAll("neither", "it lacks id, output_a", "it lacks sample_id");
  }

  /** The configuration of a corpus whose columns have other names. */
  private CorpusConfig mapped(String name) {
    return AssizeConfig.parse(
            "assize { judge.kind = length, output.dir = out,"
                + " corpus.columns { sample_id = id, response_a = output_a } }",
            Map.of("assize.corpus.path", "\"" + dir.resolve(name) + "\""))
        .corpus();
  }

  @Test
  void aTypeThatSparksParquetLibraryIsTooOldForIsRefusedWithTheReason() {
    Programs.Ended written =
        Programs.python(
            dir.resolve("logs"),
            """
                import sys, pyarrow, pyarrow.parquet
                texts = {name: ["x"] for name in "sample_id prompt model_a model_b response_a response_b".split()}
                score = pyarrow.array([1.5], pyarrow.float32()).cast(pyarrow.float16())
                pyarrow.parquet.write_table(pyarrow.table(texts | {"score": score}), sys.argv[1])
                """,
            dir.resolve("half.parquet"));
    assertThat(written.code()).as(written.err()).isZero();
    refused("half.parquet", Map.of(), "half.parquet has a column of a type", "float16");
  }

  private void refused(String name, Map<String, String> settings, String... messages) {
    assertThatThrownBy(() -> read(name, settings))
        .isInstanceOf(UserError.class)
        .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(2))
        .satisfies(e -> assertThat(e.getMessage()).hasLineCount(1))
        .hasMessageContainingAll(messages);
  }

  private void text(String name, String... lines) throws IOException {
    Path file = dir.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, String.join("\n", lines) + "\n");
  }

  private void write(String name, Dataset<Row> rows) {
    // A struct may have names that differ in case only where they are written so.
    LocalSpark.session().conf().set("spark.sql.caseSensitive", true);
    try {
      rows.coalesce(1).write().parquet(dir.resolve(name).toString());
    } finally {
      LocalSpark.session().conf().unset("spark.sql.caseSensitive");
    }
  }

  private Corpus read(String name, Map<String, String> settings) {
    return read(name, settings, CorpusSchema.PAIRWISE);
  }

  private Corpus read(String name, Map<String, String> settings, CorpusSchema schema) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("assize.corpus.path", "\"" + dir.resolve(name) + "\"");
    notes.clear();
    return new CorpusReader(LocalSpark.session(), notes::add)
        .read(
            AssizeConfig.parse("assize { judge.kind = length, output.dir = out }", all).corpus(),
            schema);
  }
}
