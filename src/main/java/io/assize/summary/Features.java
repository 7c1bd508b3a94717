package io.assize.summary;

import static org.apache.spark.sql.functions.udf;

import io.assize.stats.LengthBaseline;
import io.assize.stats.Style;
import io.assize.verdict.Decision;
import java.nio.ByteBuffer;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/**
 * What summaries need to know of two responses' texts, in 21 bytes: the texts themselves need not
 * travel.
 *
 * @param longer A, B or TIE: which has more words, by the length baseline's margin
 * @param characters a's less b's
 * @param styles (a's − b's) / (a's + b's), {@code [4]}
 */
@SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
record Features(Decision longer, int characters, float[] styles) {
  private static final int BYTES = 1 + 4 + 4 * GameBlock.STYLES;

  /** From two responses to bytes. */
  static final UserDefinedFunction OF =
      udf((UDF2<String, String, byte[]>) Features::bytes, DataTypes.BinaryType);

  private static byte[] bytes(String a, String b) {
    Style x = Style.of(a);
    Style y = Style.of(b);
    int sign = LengthBaseline.compare(x.words(), y.words(), LengthBaseline.MARGIN);
    Decision longer = sign > 0 ? Decision.A : sign < 0 ? Decision.B : Decision.TIE;
    return ByteBuffer.allocate(BYTES)
        .put(longer.number())
        .putInt(x.characters() - y.characters())
        .putFloat(share(x.characters(), y.characters()))
        .putFloat(share(x.headers(), y.headers()))
        .putFloat(share(x.items(), y.items()))
        .putFloat(share(x.bold(), y.bold()))
        .array();
  }

  static Features of(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    Decision longer = Decision.of(in.get());
    int characters = in.getInt();
    float[] styles = new float[GameBlock.STYLES];
    for (int i = 0; i < styles.length; i++) {
      styles[i] = in.getFloat();
    }
    return new Features(longer, characters, styles);
  }

  /** The same with a and b exchanged. */
  Features swapped() {
    float[] negative = new float[styles.length];
    for (int i = 0; i < styles.length; i++) {
      negative[i] = -styles[i];
    }
    return new Features(longer.swapped(), -characters, negative);
  }

  private static float share(int a, int b) {
    return a + b == 0 ? 0 : (float) (a - b) / (a + b);
  }
}
