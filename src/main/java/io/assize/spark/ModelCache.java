package io.assize.spark;

import io.assize.config.JudgeConfig;
import io.assize.config.LocalPath;
import io.assize.config.UserError;
import io.assize.judge.JudgeProvider;
import io.assize.judge.JudgeSpec;
import io.assize.judge.model.CheckpointFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Models from s3a://, hdfs:// and other file systems of Hadoop on this host's disk: fetched once,
 * by one process while the others wait; gone on with where it broke off; each file's sha-256 beside
 * it, and held against the file in each JVM that uses it: a damaged one is fetched again. A model
 * that changed at its source is another entry.
 */
public final class ModelCache {
  private static final Logger LOG = LoggerFactory.getLogger(ModelCache.class);
  private static final String DEFAULT = ".cache/assize/models";
  private static final List<String> WANTED = List.of(".json", ".jinja", ".safetensors", ".gguf");

  /** Weights of PyTorch: fetched where there are no others, since they are not read beside them. */
  private static final Pattern TORCH = Pattern.compile("(pytorch_model.*|adapter_model)\\.bin");

  private static final Object ONE_AT_A_TIME = new Object();

  private final java.nio.file.Path folder;
  private final Configuration hadoop;

  ModelCache(java.nio.file.Path folder, Configuration hadoop) {
    this.folder = folder;
    this.hadoop = hadoop;
  }

  /** The judge with its model on this host's disk; to be called on the driver and on executors. */
  public static JudgeConfig onThisHost(JudgeConfig judge) {
    JudgeProvider provider = JudgeProvider.of(judge);
    if (!provider.readsFiles() || !remote(judge.model())) {
      return located(judge);
    }
    String configured = provider.modelCache(judge);
    java.nio.file.Path folder =
        configured == null
            ? java.nio.file.Path.of(System.getProperty("user.home"), DEFAULT)
            : LocalPath.of(configured);
    ModelCache cache = new ModelCache(folder, hadoopOfThisProcess());
    return judge.withModel(cache.fetch(judge.model()).toString());
  }

  /** The judge with the absolute path of a model on this host's disk; others as they are. */
  public static JudgeConfig located(JudgeConfig judge) {
    return JudgeProvider.of(judge).readsFiles() && !remote(judge.model())
        ? judge.withModel(LocalPath.of(judge.model()).toString())
        : judge;
  }

  /** The local copy of a model, fetched if need be. */
  java.nio.file.Path fetch(String model) {
    try {
      Path source = new Path(model);
      FileSystem files = source.getFileSystem(hadoop);
      List<FileStatus> wanted = list(files, source);
      String name = source.getName();
      java.nio.file.Path entry = folder.resolve(name + "-" + identity(model, wanted));
      synchronized (ONE_AT_A_TIME) {
        // What is here needs no lock, and so no disk that can be written.
        if (!allHere(wanted, entry)) {
          Files.createDirectories(entry);
          java.nio.file.Path lock = entry.resolveSibling(entry.getFileName() + ".lock");
          try (FileChannel channel =
                  FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
              var held = channel.lock()) {
            LOG.debug("model cache {} is ours: {}", entry, held.isValid());
            fetchAll(files, wanted, entry, model);
          }
        }
      }
      return name.endsWith(".gguf") ? entry.resolve(name) : entry;
    } catch (IOException | IllegalArgumentException e) {
      throw UserError.failure(
          "model %s cannot be fetched into %s: %s", model, folder, firstLine(e));
    }
  }

  private static boolean allHere(List<FileStatus> wanted, java.nio.file.Path entry)
      throws IOException {
    for (FileStatus file : wanted) {
      java.nio.file.Path target = entry.resolve(file.getPath().getName());
      if (!whole(target, sumOf(target), file.getLen())) {
        return false;
      }
    }
    return true;
  }

  private static void fetchAll(
      FileSystem files, List<FileStatus> wanted, java.nio.file.Path entry, String model)
      throws IOException {
    long start = System.nanoTime();
    long bytes = 0;
    for (FileStatus file : wanted) {
      bytes += fetch(files, file, entry.resolve(file.getPath().getName()));
    }
    if (bytes > 0) {
      double seconds = (System.nanoTime() - start) / 1e9;
      LOG.info(
          "model {} fetched into {}: {} MB in {} s",
          model,
          entry,
          bytes >> 20,
          String.format(Locale.ROOT, "%.1f", seconds));
    }
  }

  /** Fetches one file that is not here, or not as it was; gives the bytes that came. */
  private static long fetch(FileSystem files, FileStatus file, java.nio.file.Path target)
      throws IOException {
    java.nio.file.Path sum = sumOf(target);
    if (whole(target, sum, file.getLen())) {
      return 0;
    }
    if (Files.exists(sum) && Files.exists(target)) {
      LOG.warn("{} is damaged: it is fetched again", target);
    }
    java.nio.file.Path part = target.resolveSibling(target.getFileName() + ".part");
    long has = Files.exists(part) ? Files.size(part) : 0;
    if (has > file.getLen()) {
      Files.delete(part);
      has = 0;
    }
    String sha256 = goOn(files, file, part, has);
    if (Files.size(part) != file.getLen()) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "%s has %d bytes, but %d came: try again",
              file.getPath(),
              file.getLen(),
              Files.size(part)));
    }
    Files.deleteIfExists(sum);
    Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    CheckpointFiles.remember(target, sha256);
    java.nio.file.Path written = sum.resolveSibling(sum.getFileName() + ".part");
    Files.writeString(written, sha256 + "  " + target.getFileName() + "\n");
    Files.move(written, sum, StandardCopyOption.ATOMIC_MOVE);
    return file.getLen() - has;
  }

  /**
   * Whether a file is here as it was fetched. Its sum is taken once a JVM, and again where the file
   * was touched since.
   */
  private static boolean whole(java.nio.file.Path target, java.nio.file.Path sum, long length)
      throws IOException {
    if (!Files.exists(sum) || !Files.isRegularFile(target) || Files.size(target) != length) {
      return false;
    }
    return Files.readString(sum).startsWith(CheckpointFiles.sha256(target) + " ");
  }

  private static java.nio.file.Path sumOf(java.nio.file.Path target) {
    return target.resolveSibling(target.getFileName() + ".sha256");
  }

  /** Appends what a part lacks; gives the sha-256 of the whole, each byte read once. */
  private static String goOn(FileSystem files, FileStatus file, java.nio.file.Path part, long has)
      throws IOException {
    MessageDigest digest = sha256();
    if (has > 0) {
      try (InputStream begun = new DigestInputStream(Files.newInputStream(part), digest)) {
        begun.transferTo(OutputStream.nullOutputStream());
      }
    }
    try (FSDataInputStream in = files.open(file.getPath());
        OutputStream out =
            new DigestOutputStream(
                Files.newOutputStream(part, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                digest)) {
      in.seek(has);
      in.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static List<FileStatus> list(FileSystem files, Path source) throws IOException {
    List<FileStatus> wanted = new ArrayList<>();
    List<FileStatus> torch = new ArrayList<>();
    boolean others = false;
    for (FileStatus file : files.listStatus(source)) {
      String name = file.getPath().getName();
      if (file.isFile() && WANTED.stream().anyMatch(name::endsWith)) {
        wanted.add(file);
        others |= name.startsWith("model") && name.endsWith(".safetensors");
      } else if (file.isFile() && TORCH.matcher(name).matches()) {
        torch.add(file);
      }
    }
    if (!others) {
      wanted.addAll(torch);
    }
    if (wanted.isEmpty()) {
      throw new IOException(
          "it holds no *.json and *.safetensors or pytorch_model*.bin, and is no .gguf file");
    }
    wanted.sort(Comparator.comparing(file -> file.getPath().getName()));
    return wanted;
  }

  /** Tells one state of a model from another: where it lies, and its files' sizes and times. */
  private static String identity(String model, List<FileStatus> files) {
    StringBuilder text = new StringBuilder(model);
    for (FileStatus file : files) {
      text.append('\n').append(file.getPath().getName());
      text.append(' ').append(file.getLen()).append(' ').append(file.getModificationTime());
    }
    return JudgeSpec.sha256(text.toString()).substring(0, 16);
  }

  private static boolean remote(String model) {
    int colon = model.indexOf("://");
    return colon > 0 && !model.startsWith("file://");
  }

  /** Hadoop's settings as Spark gives them to this process; they may hold keys, so stay here. */
  private static Configuration hadoopOfThisProcess() {
    Configuration hadoop = new Configuration();
    SparkEnv env = SparkEnv.get();
    if (env != null) {
      SparkConf conf = env.conf();
      for (var setting : conf.getAllWithPrefix("spark.hadoop.")) {
        hadoop.set(setting._1(), setting._2());
      }
    }
    return hadoop;
  }

  private static String firstLine(Exception e) {
    String text = String.valueOf(e.getMessage());
    int end = text.indexOf('\n');
    return end < 0 ? text : text.substring(0, end);
  }
}
