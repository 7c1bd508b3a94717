package io.assize.job;

import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;

import io.assize.judge.Recording;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.PromptFields;
import io.assize.prompt.Protocol;
import io.assize.prompt.Request;
import io.assize.prompt.RequestMaker;
import io.assize.scenario.Taxonomy;
import io.assize.verdict.Order;
import io.assize.verdict.VerdictKey;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * Makes requests of the corpus's rows, and gives each its key.
 *
 * @param judgeFingerprint of the judge that will be asked
 * @param criteria whose the judge reads
 */
record RowRequests(
    String judgeFingerprint, RequestMaker maker, Taxonomy taxonomy, Taxonomy.Criteria criteria)
    implements Serializable {

  /**
   * A request, what was recorded for it, and its key.
   *
   * @param recording null where nothing was
   * @param key see {@link VerdictKey}; it stays when responses are cut
   */
  record Keyed(Request request, Recording recording, String key) {}

  /** The columns that a request is made of. */
  static List<String> columns(boolean pairwise) {
    List<String> columns =
        new ArrayList<>(
            List.of(SAMPLE_ID, "order", "scenario", "prompt", "reference", "recording"));
    columns.addAll(pairwise ? List.of(RESPONSE_A, RESPONSE_B) : List.of("response"));
    return List.copyOf(columns);
  }

  Protocol protocol() {
    return maker.protocol();
  }

  Keyed request(Row row) {
    Order order = Order.of(row.getAs("order"));
    String scenario = row.getAs("scenario");
    PromptFields fields =
        new PromptFields(
            row.getAs("prompt"),
            responses(row, order),
            row.getAs("reference"),
            scenario,
            taxonomy.criteriaOf(scenario, criteria));
    Request request = maker.of(row.getAs(SAMPLE_ID), order, fields);
    String recorded = row.getAs("recording");
    Recording recording = recorded == null ? null : Recording.of(recorded, order);
    return new Keyed(request, recording, key(request, recorded));
  }

  private String key(Request request, String recorded) {
    List<String> rendered = new ArrayList<>();
    for (ChatMessage message : request.messages()) {
      rendered.add(message.role());
      rendered.add(message.content());
    }
    if (recorded != null) {
      // It speaks of a and b: of two equal texts its answer is another in each order.
      rendered.add(request.order().text());
      rendered.add(recorded);
    }
    return VerdictKey.of(judgeFingerprint, protocol().identity(), rendered);
  }

  private static List<String> responses(Row row, Order order) {
    return order == Order.SINGLE
        ? List.of(response(row, "response"))
        : order.shown(response(row, RESPONSE_A), response(row, RESPONSE_B));
  }

  /** One that is not there is shown as an empty text. */
  private static String response(Row row, String name) {
    String text = row.getAs(name);
    return text == null ? "" : text;
  }
}
