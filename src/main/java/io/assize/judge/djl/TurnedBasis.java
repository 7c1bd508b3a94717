package io.assize.judge.djl;

/**
 * The basis in which int8 works, {@code spread} of {@code scripts/model/export_decoder.py}: signs,
 * then a cosine transform (DCT-II) over n / p and a Hadamard matrix over p numbers. It is
 * orthogonal: products of turned rows are those of the rows.
 */
final class TurnedBasis {
  private TurnedBasis() {}

  /** A row in the turned basis. */
  static float[] spread(float[] row) {
    int n = row.length;
    int p = Math.min(64, Integer.lowestOneBit(n));
    int m = n / p;
    double[] mixed = new double[n];
    for (int block = 0; block < m; block++) {
      for (int j = 0; j < p; j++) {
        double sum = 0;
        for (int i = 0; i < p; i++) {
          int at = block * p + i;
          double signed = Math.cos((double) at * at) < 0 ? -row[at] : row[at];
          sum += Integer.bitCount(i & j) % 2 == 0 ? signed : -signed;
        }
        mixed[block * p + j] = sum / Math.sqrt(p);
      }
    }
    float[] turned = new float[n];
    for (int k = 0; k < m; k++) {
      double scale = Math.sqrt((k == 0 ? 1.0 : 2.0) / m);
      for (int j = 0; j < p; j++) {
        double sum = 0;
        for (int block = 0; block < m; block++) {
          sum += Math.cos((block + 0.5) * k * (Math.PI / m)) * mixed[block * p + j];
        }
        turned[k * p + j] = (float) (scale * sum);
      }
    }
    return turned;
  }
}
