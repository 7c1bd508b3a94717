package io.assize.spark;

import io.assize.config.AssizeConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.JudgeSpec;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable$;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A judge as a Spark ML transformer: a column of prompts in, a column of judgments out. The setters
 * bear the names that DJL's Spark extension gave them. A judgment is a struct of {@code text},
 * {@code decision} ({@code first|second|tie}), {@code probability_first}, {@code rating}, {@code
 * prompt_tokens}, {@code generated_tokens} and {@code error}; a prompt that cannot be judged has
 * its reason there, and null gives null. Rows of a partition come out in the order in which they
 * finish.
 */
public final class JudgeTransformer extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;

  /** The struct of the output column. */
  static final StructType JUDGMENT =
      new StructType()
          .add("text", DataTypes.StringType)
          .add("decision", DataTypes.StringType)
          .add("probability_first", DataTypes.DoubleType)
          .add("rating", DataTypes.DoubleType)
          .add("prompt_tokens", DataTypes.IntegerType)
          .add("generated_tokens", DataTypes.IntegerType)
          .add("error", DataTypes.StringType);

  private final String uid;
  private final Param<String> inputCol;
  private final Param<String> outputCol;
  private final Param<String> modelUrl;
  private final Param<String> engine;
  private final IntParam batchSize;
  private final Param<String> rule;
  private final Param<String> settings;

  /** A transformer with a name of its own. */
  public JudgeTransformer() {
    this(Identifiable$.MODULE$.randomUID("judge"));
  }

  /** A transformer with a given name, as reading one back needs. */
  public JudgeTransformer(String uid) {
    // First of all: a parameter takes its owner's name when it is made.
    this.uid = uid;
    this.inputCol = new Param<>(this, "inputCol", "column of prompts");
    this.outputCol = new Param<>(this, "outputCol", "column of judgments");
    this.modelUrl =
        new Param<>(this, "modelUrl", "checkpoint directory or GGUF file: path, s3a://, hdfs://");
    this.engine = new Param<>(this, "engine", "PyTorch, the one there is");
    this.batchSize = new IntParam(this, "batchSize", "most sequences at work");
    this.rule = new Param<>(this, "rule", "what is read: final_decision, rating or none");
    this.settings = new Param<>(this, "settings", "more of assize.judge, as HOCON");
    setDefault(inputCol, "prompt");
    setDefault(outputCol, "judgment");
    setDefault(engine, "PyTorch");
    setDefault(batchSize, 32);
    setDefault(rule, "none");
    setDefault(settings, "");
  }

  public JudgeTransformer setInputCol(String name) {
    return with(inputCol, name);
  }

  public JudgeTransformer setOutputCol(String name) {
    return with(outputCol, name);
  }

  public JudgeTransformer setModelUrl(String url) {
    return with(modelUrl, url);
  }

  /** Only {@code PyTorch} is known. */
  public JudgeTransformer setEngine(String name) {
    if (!name.equalsIgnoreCase("PyTorch")) {
      throw UserError.configuration("engine %s is not known: use PyTorch", name);
    }
    return with(engine, name);
  }

  public JudgeTransformer setBatchSize(int sequences) {
    set(batchSize, sequences);
    return this;
  }

  /** {@code final_decision}, {@code rating} or {@code none}: what is read from the answers. */
  public JudgeTransformer setRule(String name) {
    if (!name.matches("final_decision|rating|none")) {
      throw UserError.configuration(
          "rule %s is not known: use final_decision, rating or none", name);
    }
    return with(rule, name);
  }

  /** More keys of {@code assize.judge}, as HOCON: {@code decision = forced, precision = bf16}. */
  public JudgeTransformer setSettings(String hocon) {
    return with(settings, hocon);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> dataset) {
    Locales.warn();
    Dataset<Row> rows = dataset.toDF();
    StructType schema = transformSchema(rows.schema());
    String read = value(rule);
    JudgeSpec spec =
        DriverCheck.of(dataset.sparkSession(), config(), judge -> JudgeSpec.ofTexts(judge, read));
    int column = rows.schema().fieldIndex(value(inputCol));
    return rows.mapPartitions(new JudgeTexts(spec, read, column), Encoders.row(schema));
  }

  @Override
  public StructType transformSchema(StructType schema) {
    String in = value(inputCol);
    if (!Arrays.asList(schema.fieldNames()).contains(in)
        || !schema.apply(in).dataType().equals(DataTypes.StringType)) {
      throw UserError.configuration("there is no column %s of strings: set inputCol", in);
    }
    if (Arrays.asList(schema.fieldNames()).contains(value(outputCol))) {
      throw UserError.configuration(
          "there is a column %s already: set outputCol", value(outputCol));
    }
    return schema.add(value(outputCol), JUDGMENT);
  }

  @Override
  public Transformer copy(ParamMap extra) {
    return defaultCopy(extra);
  }

  @Override
  public String uid() {
    return uid;
  }

  /** Reads a transformer back that was saved. */
  public static JudgeTransformer load(String path) {
    return read().load(path);
  }

  /** The reader that Spark ML's pipelines look for. */
  public static MLReader<JudgeTransformer> read() {
    return new DefaultParamsReader<>();
  }

  public Param<String> inputCol() {
    return inputCol;
  }

  public Param<String> outputCol() {
    return outputCol;
  }

  public Param<String> modelUrl() {
    return modelUrl;
  }

  public Param<String> engine() {
    return engine;
  }

  public IntParam batchSize() {
    return batchSize;
  }

  public Param<String> rule() {
    return rule;
  }

  public Param<String> settings() {
    return settings;
  }

  private JudgeTransformer with(Param<String> param, String value) {
    set(param, value);
    return this;
  }

  private String value(Param<String> param) {
    if (!isDefined(param)) {
      throw UserError.configuration("%s is not set: call its setter", param.name());
    }
    return getOrDefault(param);
  }

  private JudgeConfig config() {
    return AssizeConfig.judge(
        value(settings),
        Map.of("model", value(modelUrl), "slots", getOrDefault(batchSize)),
        Map.of("kind", "djl"));
  }
}
