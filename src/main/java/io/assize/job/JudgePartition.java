package io.assize.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.judge.Choice;
import io.assize.judge.Completion;
import io.assize.judge.InFlight;
import io.assize.judge.Judge;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeRegistry;
import io.assize.judge.JudgeSpec;
import io.assize.judge.Prompt;
import io.assize.judge.Recording;
import io.assize.judge.Ruling;
import io.assize.judge.WorkDone;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.PromptFields;
import io.assize.prompt.PromptTemplate;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import io.assize.scenario.Taxonomy;
import io.assize.spark.DeviceWork;
import io.assize.spark.TaskJudge;
import io.assize.verdict.Decision;
import io.assize.verdict.Order;
import io.assize.verdict.Status;
import io.assize.verdict.Verdict;
import io.assize.verdict.VerdictKey;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * One task's share of the judging: requests in, a verdict for each out, in the order they finish.
 */
final class JudgePartition implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;
  private static final ObjectMapper JSON = new ObjectMapper();

  /** This JVM among all executors'. */
  private static final String JVM =
      ManagementFactory.getRuntimeMXBean().getName()
          + "/"
          + Integer.toHexString(System.identityHashCode(JSON));

  private static final AtomicLong REPORTS = new AtomicLong();

  /** What judges had done before a run began, by run, judge and device. */
  private static final ConcurrentHashMap<String, WorkDone> BEFORE = new ConcurrentHashMap<>();

  private final JudgeSpec spec;
  private final Protocol protocol;
  private final Taxonomy taxonomy;
  private final String runId;
  private final Counters counters;

  /** A request on its way. */
  private record Request(String sampleId, Order order, Prompt prompt, String key) {}

  JudgePartition(
      JudgeSpec spec, Protocol protocol, Taxonomy taxonomy, String runId, Counters counters) {
    this.spec = spec;
    this.protocol = protocol;
    this.taxonomy = taxonomy;
    this.runId = runId;
    this.counters = counters;
  }

  /** The columns of a request. */
  static List<String> columns(boolean pairwise) {
    List<String> columns =
        new ArrayList<>(
            List.of("sample_id", "order", "scenario", "prompt", "reference", "recording"));
    columns.addAll(pairwise ? List.of("response_a", "response_b") : List.of("response"));
    return List.copyOf(columns);
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return rows;
    }
    TaskJudge mine = TaskJudge.acquire(spec);
    Judge judge = mine.judge();
    String device = mine.device();
    String before = runId + "/" + spec.fingerprint() + "/" + device;
    BEFORE.putIfAbsent(before, judge.workDone());

    PromptTemplate template = new PromptTemplate(protocol);
    Iterator<Request> requests =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return rows.hasNext();
          }

          @Override
          public Request next() {
            return request(rows.next(), template);
          }
        };
    InFlight<Request> inFlight = mine.inFlight(requests, request -> judge.submit(request.prompt()));
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        if (inFlight.hasNext()) {
          return true;
        }
        report(judge, device, BEFORE.get(before));
        return false;
      }

      @Override
      public Row next() {
        return verdict(inFlight.next()).toRow();
      }
    };
  }

  private void report(Judge judge, String device, WorkDone before) {
    long number = REPORTS.incrementAndGet();
    counters
        .work()
        .add(
            new DeviceWork.Report(
                JVM + "/" + device,
                JudgeRegistry.SHARED.loads(),
                number,
                judge.workDone().minus(before)));
  }

  private Request request(Row row, PromptTemplate template) {
    String sampleId = row.getAs("sample_id");
    Order order = Order.of(row.getAs("order"));
    String scenario = row.getAs("scenario");
    List<String> responses = responses(row, order);
    PromptFields fields =
        new PromptFields(
            row.getAs("prompt"),
            responses,
            row.getAs("reference"),
            scenario,
            taxonomy.criteriaOf(scenario));
    List<ChatMessage> messages = template.render(fields);
    String recorded = row.getAs("recording");
    Prompt prompt =
        new Prompt(
            sampleId + " (" + order.text() + ")",
            messages,
            protocol.chat(),
            protocol.decision(),
            responses,
            recorded == null ? null : recording(recorded, order));
    return new Request(sampleId, order, prompt, key(messages, recorded));
  }

  private String key(List<ChatMessage> messages, String recorded) {
    List<String> rendered = new ArrayList<>();
    for (ChatMessage message : messages) {
      rendered.add(message.role());
      rendered.add(message.content());
    }
    if (recorded != null) {
      rendered.add(recorded);
    }
    return VerdictKey.of(spec.fingerprint(), protocol.identity(), rendered);
  }

  private static List<String> responses(Row row, Order order) {
    return switch (order) {
      case AB -> List.of(row.<String>getAs("response_a"), row.<String>getAs("response_b"));
      case BA -> List.of(row.<String>getAs("response_b"), row.<String>getAs("response_a"));
      case SINGLE -> List.of(row.<String>getAs("response"));
    };
  }

  /** A recording, which speaks of a and b, in terms of the order shown. */
  private static Recording recording(String json, Order order) {
    try {
      JsonNode node = JSON.readTree(json);
      boolean rules = node.hasNonNull("decision") || node.hasNonNull("rating");
      Choice choice =
          switch (node.path("decision").asText()) {
            case "a" -> Choice.FIRST;
            case "b" -> Choice.SECOND;
            case "tie" -> Choice.TIE;
            default -> null;
          };
      Double a = node.hasNonNull("probability_a") ? node.get("probability_a").asDouble() : null;
      Double rating = node.hasNonNull("rating") ? node.get("rating").asDouble() : null;
      boolean swap = order == Order.BA;
      Ruling ruling =
          new Ruling(
              swap && choice != null ? choice.swapped() : choice,
              swap && a != null ? (Double) (1 - a) : a,
              rating);
      return new Recording(node.path("output").asText(null), rules ? ruling : null);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private Verdict verdict(InFlight.Answered<Request> answered) {
    Request request = answered.row();
    Completion completion = answered.completion();
    Ruling ruling = null;
    Status status;
    String error = null;
    if (answered.failure() != null) {
      boolean tooLong = answered.failure().reason() == JudgeException.Reason.TOO_LONG;
      status = tooLong ? Status.TOO_LONG : Status.ENGINE_ERROR;
      error = answered.failure().getMessage();
    } else {
      ruling = completion.ruling(protocol.decision()).orElse(null);
      status = ruling == null ? Status.UNPARSABLE : Status.OK;
      error = ruling == null ? "the answer states no valid " + wanted() : null;
    }
    counters.judged().add(1);
    counters.failed().add(status == Status.OK ? 0 : 1);
    counters
        .tokens()
        .add(completion == null ? 0 : completion.promptTokens() + completion.generatedTokens());
    return new Verdict(
        request.key(),
        request.sampleId(),
        protocol.name(),
        request.order(),
        spec.name(),
        decision(ruling, request.order()),
        probabilityA(ruling, request.order()),
        ruling == null ? null : ruling.rating(),
        completion == null ? null : completion.text(),
        status,
        error,
        completion == null ? 0 : completion.promptTokens(),
        completion == null ? 0 : completion.generatedTokens(),
        completion == null ? null : completion.finishReason(),
        Instant.now(),
        runId);
  }

  private String wanted() {
    return protocol.kind() == ProtocolKind.PAIRWISE ? "final decision" : "rating from 1 to 10";
  }

  private Decision decision(Ruling ruling, Order order) {
    if (ruling == null) {
      return Decision.INVALID;
    }
    if (ruling.choice() == null) {
      return null;
    }
    Choice choice = order == Order.BA ? ruling.choice().swapped() : ruling.choice();
    return switch (choice) {
      case FIRST -> Decision.A;
      case SECOND -> Decision.B;
      case TIE -> Decision.TIE;
    };
  }

  private static Double probabilityA(Ruling ruling, Order order) {
    if (ruling == null || ruling.probabilityFirst() == null) {
      return null;
    }
    return order == Order.BA ? 1 - ruling.probabilityFirst() : ruling.probabilityFirst();
  }
}
