package io.assize.job;

import io.assize.judge.Prompt;
import io.assize.prompt.PromptFields;
import io.assize.verdict.Order;

/**
 * A row in one order, as a judge is asked about it.
 *
 * @param fields what its template shows
 * @param key see {@link io.assize.verdict.VerdictKey}
 */
record Request(String sampleId, Order order, PromptFields fields, Prompt prompt, String key) {}
