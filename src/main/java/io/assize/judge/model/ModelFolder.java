package io.assize.judge.model;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The folder of a checkpoint, or of an adapter: its short files are read once, its large ones are
 * named; nothing outside it is opened but what its own links lead to.
 */
final class ModelFolder {
  private final Path directory;
  private final Map<String, byte[]> texts = new LinkedHashMap<>();

  ModelFolder(Path directory) {
    this.directory = directory;
  }

  Path directory() {
    return directory;
  }

  /** The texts that were read, by name. */
  Map<String, byte[]> texts() {
    return texts;
  }

  /** Reads a text, if it is there. */
  void take(String name, long most) throws IOException {
    if (Files.exists(directory.resolve(name))) {
      try (ModelFile file = ModelFile.open(file(name))) {
        texts.put(name, file.all(most));
      }
    }
  }

  boolean has(String name) {
    return Files.exists(directory.resolve(name));
  }

  /** The object in a text that was read; an empty one where there is none. */
  ObjectNode json(String name) {
    byte[] text = texts.get(name);
    return text == null
        ? ModelJson.object("{}".getBytes(StandardCharsets.UTF_8), name)
        : ModelJson.object(text, where(name));
  }

  /**
   * A file of this directory. A link may lead elsewhere, as the links of Hugging Face's cache do
   * into its {@code blobs}; but to a file of the same kind only, so that a stranger's link opens
   * nothing but models' files.
   */
  Path file(String name) throws IOException {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      throw lacks(name);
    }
    Path real = file.toRealPath();
    Path home = directory.toRealPath();
    Path folder = real.getParent().getFileName();
    boolean blob = folder != null && folder.toString().equals("blobs");
    boolean kept = real.startsWith(home) || blob || suffix(real).equals(suffix(file));
    if (!kept) {
      throw UserError.configuration(
          "%s is a link to %s, which is no file of a model: put the file itself there", file, real);
    }
    return file;
  }

  UserError lacks(String name) {
    return UserError.configuration(
        "model directory %s lacks %s: fetch the whole checkpoint", directory, name);
  }

  /** A file's name in errors. */
  String where(String name) {
    return directory.resolve(name).toString();
  }

  private static String suffix(Path file) {
    String name = file.getFileName().toString();
    return name.substring(Math.max(0, name.lastIndexOf('.')));
  }
}
