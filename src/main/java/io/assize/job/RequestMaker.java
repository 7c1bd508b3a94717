package io.assize.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.judge.Choice;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.judge.Recording;
import io.assize.judge.Ruling;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.PromptFields;
import io.assize.prompt.PromptTemplate;
import io.assize.prompt.Protocol;
import io.assize.scenario.Taxonomy;
import io.assize.verdict.Order;
import io.assize.verdict.VerdictKey;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Row;

/**
 * Makes requests of rows: renders the prompt, and gives the request its key.
 *
 * @param judgeFingerprint of the judge that will be asked
 */
record RequestMaker(String judgeFingerprint, Protocol protocol, Taxonomy taxonomy)
    implements Serializable {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** The columns that a request is made of. */
  static List<String> columns(boolean pairwise) {
    List<String> columns =
        new ArrayList<>(
            List.of("sample_id", "order", "scenario", "prompt", "reference", "recording"));
    columns.addAll(pairwise ? List.of("response_a", "response_b") : List.of("response"));
    return List.copyOf(columns);
  }

  Request request(Row row) {
    String sampleId = row.getAs("sample_id");
    Order order = Order.of(row.getAs("order"));
    String scenario = row.getAs("scenario");
    PromptFields fields =
        new PromptFields(
            row.getAs("prompt"),
            responses(row, order),
            row.getAs("reference"),
            scenario,
            taxonomy.criteriaOf(scenario));
    String recorded = row.getAs("recording");
    Recording recording = recorded == null ? null : recording(recorded, order);
    List<ChatMessage> messages = new PromptTemplate(protocol).render(fields);
    String id = sampleId + " (" + order.text() + ")";
    Prompt prompt = prompt(id, messages, fields, recording);
    return new Request(sampleId, order, fields, prompt, key(messages, recorded, order));
  }

  /** The same request with other texts for the responses; its key stays. */
  Request with(Request request, List<String> responses) {
    PromptFields old = request.fields();
    PromptFields fields =
        new PromptFields(old.prompt(), responses, old.reference(), old.scenario(), old.criteria());
    Prompt before = request.prompt();
    List<ChatMessage> messages = new PromptTemplate(protocol).render(fields);
    Prompt prompt = prompt(before.id(), messages, fields, before.recording());
    return new Request(request.sampleId(), request.order(), fields, prompt, request.key());
  }

  private Prompt prompt(
      String id, List<ChatMessage> messages, PromptFields fields, Recording recording) {
    return new Prompt(
        id, messages, protocol.chat(), protocol.decision(), fields.responses(), recording);
  }

  private String key(List<ChatMessage> messages, String recorded, Order order) {
    List<String> rendered = new ArrayList<>();
    for (ChatMessage message : messages) {
      rendered.add(message.role());
      rendered.add(message.content());
    }
    if (recorded != null) {
      // It speaks of a and b: of two equal texts its answer is another in each order.
      rendered.add(order.text());
      rendered.add(recorded);
    }
    return VerdictKey.of(judgeFingerprint, protocol.identity(), rendered);
  }

  private static List<String> responses(Row row, Order order) {
    return switch (order) {
      case AB -> List.of(response(row, "response_a"), response(row, "response_b"));
      case BA -> List.of(response(row, "response_b"), response(row, "response_a"));
      case SINGLE -> List.of(response(row, "response"));
    };
  }

  /** One that is not there is shown as an empty text. */
  private static String response(Row row, String name) {
    String text = row.getAs(name);
    return text == null ? "" : text;
  }

  /** A recording, which speaks of a and b, in terms of the order shown. */
  private static Recording recording(String json, Order order) {
    try {
      JsonNode node = JSON.readTree(json);
      boolean rules = node.hasNonNull("decision") || node.hasNonNull("rating");
      return new Recording(
          node.path("output").asText(null), rules ? ruling(node, order == Order.BA) : null, null);
    } catch (JudgeException e) {
      return new Recording(null, null, e.getMessage());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * @param swap whether b was shown first
   * @throws JudgeException where it is no ruling
   */
  private static Ruling ruling(JsonNode node, boolean swap) {
    String decision = node.path("decision").asText(null);
    Choice choice =
        switch (decision == null ? "" : decision) {
          case "a" -> Choice.FIRST;
          case "b" -> Choice.SECOND;
          case "tie" -> Choice.TIE;
          case "" -> null;
          default ->
              throw new JudgeException(
                  JudgeException.Reason.ENGINE_ERROR,
                  String.format(Locale.ROOT, "the decision \"%s\" is none of a, b, tie", decision));
        };
    Double a = number(node, "probability_a");
    return new Ruling(
        swap && choice != null ? choice.swapped() : choice,
        swap && a != null ? (Double) (1 - a) : a,
        number(node, "rating"));
  }

  /** A number; NaN for what is none, as Spark writes what is not finite as a text. */
  private static Double number(JsonNode node, String name) {
    JsonNode value = node.path(name);
    if (value.isNull() || value.isMissingNode()) {
      return null;
    }
    return value.isNumber() ? (Double) value.asDouble() : (Double) Double.NaN;
  }
}
