package io.assize.job;

import io.assize.store.CurrentVerdicts;
import io.assize.store.VerdictTable;
import io.assize.summary.SummaryTable;
import io.assize.summary.SummaryTables;
import io.assize.table.Table;
import io.assize.table.TableStore;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** Every table that a run leaves. */
public final class OutputTables {
  /** The corpus as it was checked. */
  static final Table<Void> CORPUS =
      Table.of(
          "corpus",
          "a valid row of the corpus in Assize's column names, unknown columns riding along (no"
              + " CSV; `assize.output.corpus = false` leaves it out)");

  /** What is no row of it. */
  static final Table<Void> QUARANTINE =
      Table.of("quarantine", "a bad row as it was, with its `file` and `reason`");

  private OutputTables() {}

  /** The tables of the output folder, and the store's. */
  public static List<Table<?>> all() {
    List<Table<?>> tables =
        new ArrayList<>(List.of(CORPUS, QUARANTINE, VerdictTable.TABLE, CurrentVerdicts.TABLE));
    SummaryTables.ALL.stream().map(SummaryTable::table).forEach(tables::add);
    tables.addAll(List.of(RunTable.TABLE, RunTable.ALL_RUNS));
    return tables;
  }

  /** The output folder: none of its tables may be read as input, nor replace a user's files. */
  public static TableStore in(SparkSession spark, String folder) {
    String runs = RunTable.ALL_RUNS.name();
    List<String> replaced =
        all().stream()
            .map(Table::name)
            .filter(name -> !name.equals(VerdictTable.TABLE.name()) && !name.equals(runs))
            .toList();
    return new TableStore(
        spark, folder, new TableStore.Layout(replaced, List.of(runs), RunTable.TABLE.name()));
  }
}
