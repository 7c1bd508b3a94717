package io.assize.spark;

import java.util.Locale;
import org.apache.spark.SparkConf;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a JVM's locale must be for Delta and Spark: they name files by numbers written in the
 * default locale's digits, and read them back as ASCII. Locales such as ar-EG, fa, bn, mr, ne and
 * my have digits of their own.
 */
public final class Locales {
  private static final Logger LOG = LoggerFactory.getLogger(Locales.class);
  private static final String EXECUTORS = "spark.executor.extraJavaOptions";
  private static final String OPTION = "-Duser.language=";

  private Locales() {}

  /** Makes a JVM of ours safe. */
  public static void settle() {
    Locale.setDefault(Locale.US);
  }

  /**
   * Makes the JVM of a session that we open safe: another locale with the digits of ASCII stays.
   */
  static void settleDigits() {
    if (!asciiDigits()) {
      settle();
    }
  }

  /** Makes the executors of a session that we open safe, unless the user chose their locale. */
  static void settle(SparkConf conf) {
    String options = conf.get(EXECUTORS, "");
    if (!options.contains(OPTION)) {
      conf.set(EXECUTORS, (options + " " + OPTION + "en -Duser.country=US").strip());
    }
  }

  /** Says once where a JVM that others started is not safe. */
  static void warn() {
    if (!asciiDigits() && Warned.claim()) {
      LOG.warn(
          "the JVM's locale {} writes numbers in digits of its own, which breaks Delta tables:"
              + " start driver and executors with -Duser.language=en -Duser.country=US",
          Locale.getDefault(Locale.Category.FORMAT).toLanguageTag());
    }
  }

  /** Whether the default locale writes the digits that file names need. */
  static boolean asciiDigits() {
    return String.format(Locale.getDefault(Locale.Category.FORMAT), "%d", 1234567890L)
        .equals("1234567890");
  }

  /** Remembers that the line was said. */
  private static final class Warned {
    private static boolean said;

    static synchronized boolean claim() {
      boolean first = !said;
      said = true;
      return first;
    }
  }
}
