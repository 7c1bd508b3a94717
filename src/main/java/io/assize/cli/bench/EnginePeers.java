package io.assize.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.cli.Output;
import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.judge.Prompt;
import io.assize.judge.djl.DjlJudge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Other engines, run by {@code scripts/bench-peer} on the very tokens that ours reads. One that
 * fails is told, costs its own row alone, and is not run again.
 */
final class EnginePeers {
  private final List<String> running;
  private final Path request;
  private final Path work;
  private final Map<String, String> failed = new LinkedHashMap<>();

  /**
   * None prepared yet.
   *
   * @param names blank ones are passed over
   * @param request the file that {@link #writeRequest} wrote
   * @param work where they keep what they need
   */
  EnginePeers(List<String> names, Path request, Path work) {
    this.running = new ArrayList<>(names.stream().filter(name -> !name.isBlank()).toList());
    this.request = request;
    this.work = work;
  }

  /** Writes what every engine is asked, as JSON: model, limits, and each prompt's tokens. */
  static Path writeRequest(DjlJudge judge, List<Prompt> prompts, JudgeConfig config, Path work)
      throws IOException {
    EngineConfig engine = EngineConfig.of(config);
    ObjectNode request = new ObjectMapper().createObjectNode();
    request.put("model", Path.of(config.model()).toAbsolutePath().toString());
    request.put("threads", engine.threads());
    request.put("new_tokens", config.decoding().maxNewTokens());
    request.put("context", engine.contextLength());
    ArrayNode array = request.putArray("prompts");
    for (Prompt prompt : prompts) {
      ArrayNode tokens = array.addArray();
      for (long token : judge.tokens(prompt.messages(), prompt.chat())) {
        tokens.add(token);
      }
    }
    Files.createDirectories(work);
    Path file = work.resolve("request.json");
    Files.writeString(file, request.toString());
    return file;
  }

  /** Fetches and builds what they need. */
  void prepare() throws InterruptedException {
    for (String peer : names()) {
      run("prepare", peer);
    }
  }

  /** Those that have not failed. */
  List<String> names() {
    return List.copyOf(running);
  }

  /** One measurement; none where the peer fails. */
  Optional<Measurement> measure(String peer) throws InterruptedException {
    return run("run", peer)
        .map(
            one ->
                new Measurement(
                    peer,
                    one.get("seconds").asDouble(),
                    one.get("prompt_tokens").asLong(),
                    one.get("new_tokens").asLong()));
  }

  /** The reasons of those that failed, by name. */
  Map<String, String> failed() {
    return Collections.unmodifiableMap(failed);
  }

  private Optional<JsonNode> run(String verb, String peer) throws InterruptedException {
    Output.progress(verb + " " + peer);
    try {
      PeerProcess ended =
          PeerProcess.run(
              "scripts/bench-peer",
              verb,
              peer,
              request.toString(),
              work.toAbsolutePath().toString());
      if (ended.exitCode() == 0) {
        return Optional.of(ended.json());
      }
      failed.put(peer, verb + " ended with " + ended.exitCode() + ": its reason stands above");
    } catch (IOException e) {
      failed.put(peer, verb + " failed: " + e.getMessage());
    }
    running.remove(peer);
    Output.progress(peer + ": " + failed.get(peer));
    return Optional.empty();
  }
}
