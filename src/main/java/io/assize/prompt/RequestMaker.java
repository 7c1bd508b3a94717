package io.assize.prompt;

import io.assize.verdict.Order;
import java.io.Serializable;
import java.util.List;

/** Makes requests by a protocol. */
public record RequestMaker(Protocol protocol) implements Serializable {

  /** The request of a row in one order. */
  public Request of(String sampleId, Order order, PromptFields fields) {
    return new Request(sampleId, order, fields, new PromptTemplate(protocol).render(fields));
  }

  /** The same request with other texts for the responses. */
  public Request with(Request request, List<String> responses) {
    PromptFields old = request.fields();
    return of(
        request.sampleId(),
        request.order(),
        new PromptFields(old.prompt(), responses, old.reference(), old.scenario(), old.criteria()));
  }
}
