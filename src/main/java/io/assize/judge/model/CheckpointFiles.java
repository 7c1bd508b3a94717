package io.assize.judge.model;

import io.assize.config.UserError;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.Segment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of a checkpoint: a directory in Hugging Face's form, or one GGUF file.
 *
 * @param path the directory or file
 * @param sums the sha-256 that each file must have, by name; empty where nobody has checked them
 * @param version the version of its family's arithmetic and of how its text is read; null where it
 *     is not known yet
 */
public record CheckpointFiles(Path path, Map<String, String> sums, String version) {
  private static final Logger LOG = LoggerFactory.getLogger(CheckpointFiles.class);

  public CheckpointFiles {
    sums = Collections.unmodifiableSortedMap(new TreeMap<>(sums));
  }

  /** Files whose family is not known yet. */
  public CheckpointFiles(Path path, Map<String, String> sums) {
    this(path, sums, null);
  }

  /**
   * Opens all that a judge will open (headers, shapes, tokenizer, chat template), refuses what the
   * engine cannot run, and takes the files' sums.
   *
   * @param scores whether scores are wanted of it, which reward models give and no others
   * @param probe messages as the protocol will send them; where scores are wanted, a whole chat
   * @param chat the protocol's chat format
   * @param variables what its template is given beside the chat, by their names
   * @param tokenizers opens the tokenizer as the judge will
   */
  public static CheckpointFiles check(
      Path path,
      int maxNewTokens,
      boolean scores,
      List<ChatMessage> probe,
      String chat,
      Map<String, ?> variables,
      Tokenizer.Opener tokenizers) {
    try (Checkpoint checkpoint = find(path).open()) {
      refuseOtherUse(checkpoint.architecture(), scores, path);
      ModelTensors tensors = ModelTensors.of(checkpoint, path.toString());
      ChatFormats formats = new ChatFormats(checkpoint, variables);
      List<Segment> rendered = (scores ? formats.whole(chat) : formats.of(chat)).render(probe);
      if (scores) {
        checkpoint.paddingToken();
      }
      String reading =
          checkTokens(checkpoint, tensors.sizes().vocabulary(), rendered, path, tokenizers);
      int context = checkpoint.config().contextLength();
      if (maxNewTokens >= context) {
        throw UserError.configuration(
            "assize.judge.max_new_tokens is %d, but %s has a context of %d tokens: lower it, or use a"
                + " model with a longer context",
            maxNewTokens, path, context);
      }
      checkpoint.notes().forEach(note -> LOG.info("model {}: {}", path, note));
      String version = checkpoint.architecture().version() + reading;
      return new CheckpointFiles(path, checkpoint.sums(true), version);
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** The same of a model that writes. */
  public static CheckpointFiles check(
      Path path,
      int maxNewTokens,
      List<ChatMessage> probe,
      String chat,
      Tokenizer.Opener tokenizers) {
    return check(path, maxNewTokens, false, probe, chat, Map.of(), tokenizers);
  }

  /** The model's name in tables: the file's or directory's, without the suffix. */
  public String name() {
    String name = path.toAbsolutePath().normalize().getFileName().toString();
    return name.endsWith(".gguf") ? name.substring(0, name.length() - 5) : name;
  }

  /** sha-256 over all files' sums; of a file in place of a directory, whatever its name. */
  public String sha256() {
    StringBuilder all = new StringBuilder();
    sums.forEach(
        (name, sum) ->
            all.append(sums.size() == 1 ? "" : name).append(' ').append(sum).append('\n'));
    return ModelFile.sha256(all.toString().getBytes(StandardCharsets.UTF_8));
  }

  /** The sha-256 of a file in hexadecimal. */
  public static String sha256(Path file) throws IOException {
    return ModelFile.sha256(file);
  }

  /**
   * Tells the sha-256 of a file that was just written, so that the driver need not read it again.
   */
  public static void remember(Path file, String sha256) throws IOException {
    ModelFile.remember(file, sha256);
  }

  /** What lies at a path, not yet opened. */
  public static CheckpointFiles find(Path path) {
    if (!Files.exists(path)) {
      throw UserError.configuration(
          "assize.judge.model %s does not exist: name a Hugging Face directory or a .gguf file",
          path);
    }
    if (!Files.isDirectory(path) && !path.toString().endsWith(".gguf")) {
      throw UserError.configuration(
          "assize.judge.model %s is a file, but no .gguf: name a GGUF file or a checkpoint"
              + " directory",
          path);
    }
    return new CheckpointFiles(path, Map.of());
  }

  /** What its family of models can be computed in. */
  public List<Precision> precisions() {
    try (Checkpoint checkpoint = open()) {
      return checkpoint.architecture().precisions();
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** Opens the files; refuses those whose sums are not the ones that they must have. */
  public Checkpoint open() throws IOException {
    return open(Architectures.ALL);
  }

  /** The same, where other families of models are known. */
  Checkpoint open(List<Architecture> known) throws IOException {
    Checkpoint checkpoint =
        Files.isDirectory(path)
            ? new HuggingFaceCheckpoint(path, known)
            : new GgufCheckpoint(path, known);
    try {
      refuseChanged(checkpoint);
      return checkpoint;
    } catch (IOException | RuntimeException e) {
      checkpoint.close();
      throw e;
    }
  }

  /** Refuses a checkpoint whose files are not, or are no longer, those that were checked. */
  public void refuseChanged(Checkpoint checkpoint) throws IOException {
    if (sums.isEmpty()) {
      return;
    }
    Map<String, String> found = checkpoint.sums(false);
    Map<String, String> all = new TreeMap<>(sums);
    all.putAll(found);
    for (String name : all.keySet()) {
      if (!all.get(name).equals(sums.get(name)) || !found.containsKey(name)) {
        throw UserError.failure(
            "model %s on this host is not the one that the run was planned for: its file %s is"
                + " another than when it was checked: put the same model on all hosts and run again",
            path, name);
      }
    }
  }

  /** A file's name in its checkpoint. */
  static String name(Path file) {
    return file.getFileName().toString();
  }

  /**
   * Refuses a reward model where words are wanted, and any other model where scores are.
   *
   * @param scores whether scores are wanted
   */
  public static void refuseOtherUse(Architecture architecture, boolean scores, Path path) {
    if (architecture.scores() && !scores) {
      throw UserError.configuration(
          "assize.judge.model %s is a reward model (%s), which has no words: set"
              + " assize.judge.decision to score and assize.protocol to reward or reward-single",
          path, architecture.name());
    }
    if (!architecture.scores() && scores) {
      throw UserError.configuration(
          "assize.judge.decision is score, but assize.judge.model %s (%s) is no reward model: set"
              + " decision to critique, forced or text, or name a model whose architecture is"
              + " …ForSequenceClassification",
          path, architecture.name());
    }
  }

  /**
   * The tokenizer opens, and gives tokens that the model has.
   *
   * @return what the verdicts' key has of it beside its files
   */
  private static String checkTokens(
      Checkpoint checkpoint,
      long vocabulary,
      List<Segment> rendered,
      Path path,
      Tokenizer.Opener tokenizers) {
    try (Tokenizer tokenizer = tokenizers.open(checkpoint.tokenizerJson(), path.toString())) {
      long highest = LongStream.of(tokenizer.encode(rendered)).max().orElse(0);
      if (highest >= vocabulary) {
        throw UserError.configuration(
            "%s: its tokenizer gives the token %d, but the model has %d tokens: they are not of one"
                + " model: fetch the whole checkpoint",
            path, highest, vocabulary);
      }
      checkpoint.endTokens();
      return tokenizer.asBefore() && checkpoint.tokenizerAsFound() ? "" : " " + Tokenizer.READING;
    }
  }

  private static UserError unreadable(Path path, IOException e) {
    return UserError.configuration("model %s cannot be read: %s", path, e.getMessage());
  }
}
