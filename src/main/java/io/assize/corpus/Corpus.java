package io.assize.corpus;

import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A corpus, checked row by row.
 *
 * @param valid rows fit to be judged, in {@link CorpusSchema}'s columns and types; unknown columns
 *     ride along
 * @param quarantined the other rows, as they were, with their {@code reason}
 * @param rowsRead all rows
 * @param rowsValid rows fit to be judged
 * @param rowsQuarantined rows set aside
 */
public record Corpus(
    Dataset<Row> valid,
    Dataset<Row> quarantined,
    long rowsRead,
    long rowsValid,
    long rowsQuarantined) {}
