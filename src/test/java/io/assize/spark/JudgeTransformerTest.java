package io.assize.spark;

import static io.assize.testing.LocalSpark.row;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The judge as a stage of a Spark ML pipeline, on a tiny checkpoint of random weights. */
class JudgeTransformerTest {
  private static final String TINY =
      Path.of("src/test/resources/golden/tiny-llama").toAbsolutePath().toString();

  @TempDir private Path dir;

  @Test
  void promptsComeOutWithTheirJudgments() {
    List<Row> rows = judged(transformer().transform(prompts())).collectAsList();
    assertThat(rows).hasSize(3);
    Row judged = rows.get(0).getAs("verdict");
    assertThat(judged.<String>getAs("text")).isNull();
    assertThat(judged.<String>getAs("decision")).isIn("first", "second", "tie");
    assertThat(judged.<Double>getAs("probability_first")).isBetween(0.0, 1.0);
    assertThat(judged.<Integer>getAs("prompt_tokens")).isPositive();
    assertThat(rows.get(1).<Row>getAs("verdict").<String>getAs("error"))
        .contains("more than the context of 512");
    assertThat(rows.get(2).isNullAt(2)).isTrue();
  }

  @Test
  void savedAndReadBackItJudgesTheSameAloneAndInAPipeline() throws IOException {
    List<Row> expected = judged(transformer().transform(prompts())).collectAsList();

    String path = dir.resolve("transformer").toString();
    transformer().save(path);
    assertThat(judged(JudgeTransformer.load(path).transform(prompts())).collectAsList())
        .isEqualTo(expected);

    String pipeline = dir.resolve("pipeline").toString();
    PipelineModel model =
        new Pipeline().setStages(new PipelineStage[] {transformer()}).fit(prompts());
    model.save(pipeline);
    assertThat(judged(PipelineModel.load(pipeline).transform(prompts())).collectAsList())
        .isEqualTo(expected);
  }

  @Test
  void whatIsWrongIsSaidBeforeAnyWork() {
    assertThatThrownBy(() -> new JudgeTransformer().setInputCol("question").transform(prompts()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("modelUrl is not set");
    assertThatThrownBy(() -> transformer().setInputCol("nothing").transform(prompts()))
        .hasMessageContaining("no column nothing");
    assertThatThrownBy(() -> transformer().setOutputCol("id").transform(prompts()))
        .hasMessageContaining("a column id already");
    assertThatThrownBy(() -> transformer().setEngine("TensorFlow"))
        .hasMessageContaining("use PyTorch");
    assertThatThrownBy(() -> transformer().setSettings("slotz = 3").transform(prompts()))
        .hasMessageContaining("slotz");
  }

  private static JudgeTransformer transformer() {
    return new JudgeTransformer()
        .setInputCol("question")
        .setOutputCol("verdict")
        .setModelUrl(TINY)
        .setEngine("PyTorch")
        .setBatchSize(4)
        .setRule("final_decision")
        .setSettings("decision = forced, context_length = 512, max_new_tokens = 8");
  }

  private static Dataset<Row> judged(Dataset<Row> rows) {
    return rows.orderBy(col("id"));
  }

  private static Dataset<Row> prompts() {
    return LocalSpark.table(
        "id STRING, question STRING",
        row("1", "Response 1: yes. Response 2: no."),
        row("2", "word ".repeat(3000)),
        row("3", null));
  }
}
