package io.assize.job;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The bundled corpus: sixteen prompts of eight scenarios, answered by three made-up models and
 * ranked by the corpus's author; every two answers to a prompt make a pair.
 */
public final class DemoCorpus {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The first pair. */
  public static final String FIRST = "demo-01-larch-maple";

  private static final List<String> MODELS = List.of("larch", "maple", "willow");

  private static final StructType SCHEMA =
      StructType.fromDDL(
          "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
              + " response_b STRING, scenario STRING, label STRING");

  private DemoCorpus() {}

  /** The pairs, as a pairwise corpus. */
  public static Dataset<Row> pairs(SparkSession spark) {
    List<Row> pairs = new ArrayList<>();
    Settings.resource("demo/outputs.jsonl").lines().forEach(line -> addPairs(line, pairs));
    return spark.createDataFrame(pairs, SCHEMA);
  }

  private static void addPairs(String line, List<Row> pairs) {
    JsonNode output;
    try {
      output = JSON.readTree(line);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    for (int i = 0; i < MODELS.size(); i++) {
      String a = MODELS.get(i);
      String b = MODELS.get((i + 1) % MODELS.size());
      pairs.add(
          RowFactory.create(
              output.get("prompt_id").asText() + "-" + a + "-" + b,
              output.get("prompt").asText(),
              a,
              b,
              output.get("responses").get(a).asText(),
              output.get("responses").get(b).asText(),
              output.get("scenario").asText(),
              label(output.get("ranks").get(a).asInt(), output.get("ranks").get(b).asInt())));
    }
  }

  private static String label(int rankA, int rankB) {
    return rankA == rankB ? "tie" : rankA < rankB ? "a" : "b";
  }
}
