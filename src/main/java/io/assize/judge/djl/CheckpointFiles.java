package io.assize.judge.djl;

import io.assize.config.UserError;
import io.assize.prompt.ChatMessage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/**
 * The files of a checkpoint, checked: a directory in Hugging Face's form, or one GGUF file.
 *
 * @param path the directory or file
 * @param files what the judge reads, in a fixed order
 */
public record CheckpointFiles(Path path, List<Path> files) {

  /**
   * Finds the files, opens their headers, and refuses what the engine cannot run.
   *
   * @param probe messages as the protocol will send them
   * @param chat the protocol's chat format
   */
  public static CheckpointFiles check(
      Path path, int maxNewTokens, List<ChatMessage> probe, String chat) {
    CheckpointFiles files = find(path);
    try (Checkpoint checkpoint = files.open()) {
      Decoder.checkShapes(checkpoint, path.toString());
      new ChatFormats(checkpoint).of(chat).render(probe);
      int context = checkpoint.config().contextLength();
      if (maxNewTokens >= context) {
        throw UserError.configuration(
            "assize.judge.max_new_tokens is %d, but %s has a context of %d tokens",
            maxNewTokens, path, context);
      }
      return files;
    } catch (IOException e) {
      throw unreadable(path, e);
    }
  }

  /** The model's name in tables: the file's or directory's, without the suffix. */
  public String name() {
    String name = path.toAbsolutePath().normalize().getFileName().toString();
    return name.endsWith(".gguf") ? name.substring(0, name.length() - 5) : name;
  }

  /** sha-256 over the names and contents of all files. */
  public String sha256() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] buffer = new byte[1 << 20];
      for (Path file : files) {
        try (InputStream in = Files.newInputStream(file)) {
          for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            digest.update(buffer, 0, n);
          }
        }
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (IOException e) {
      throw unreadable(path, e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static CheckpointFiles find(Path path) {
    if (Files.isRegularFile(path)) {
      if (!path.toString().endsWith(".gguf")) {
        throw UserError.configuration(
            "assize.judge.model %s is a file, but no .gguf: name a GGUF file or a checkpoint"
                + " directory",
            path);
      }
      return new CheckpointFiles(path, List.of(path));
    }
    if (!Files.isDirectory(path)) {
      throw UserError.configuration(
          "assize.judge.model %s does not exist: name a Hugging Face directory or a .gguf file",
          path);
    }
    return new CheckpointFiles(path, HuggingFaceCheckpoint.files(path));
  }

  Checkpoint open() throws IOException {
    return Files.isDirectory(path) ? new HuggingFaceCheckpoint(path) : new GgufCheckpoint(path);
  }

  private static UserError unreadable(Path path, IOException e) {
    return UserError.configuration("model %s cannot be read: %s", path, e.getMessage());
  }
}
