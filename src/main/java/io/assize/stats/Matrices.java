package io.assize.stats;

/** Dense symmetric matrices, row by row. */
final class Matrices {
  private Matrices() {}

  /**
   * The lower Cholesky factor, or null where the matrix is not positive definite, or hardly.
   *
   * @param m {@code [size][size]}, symmetric; only its lower half is read
   */
  static double[][] cholesky(double[][] m) {
    int size = m.length;
    double[][] l = new double[size][];
    for (int i = 0; i < size; i++) {
      l[i] = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        double sum = m[i][j];
        double[] li = l[i];
        double[] lj = l[j];
        for (int k = 0; k < j; k++) {
          sum -= li[k] * lj[k];
        }
        if (i == j) {
          if (!(sum > 1e-14 * m[i][i])) {
            return null;
          }
          li[i] = Math.sqrt(sum);
        } else {
          li[j] = sum / lj[j];
        }
      }
    }
    return l;
  }

  /**
   * A square root of a positive semidefinite matrix: the lower L with L·Lᵀ = m, in which a column
   * of no variance is 0.
   */
  static double[][] root(double[][] m) {
    int size = m.length;
    double largest = 0;
    for (int i = 0; i < size; i++) {
      largest = Math.max(largest, m[i][i]);
    }
    double[][] l = new double[size][];
    for (int i = 0; i < size; i++) {
      l[i] = new double[i + 1];
      for (int j = 0; j <= i; j++) {
        double sum = m[i][j];
        for (int k = 0; k < j; k++) {
          sum -= l[i][k] * l[j][k];
        }
        if (i == j) {
          l[i][i] = sum > 1e-12 * largest ? Math.sqrt(sum) : 0;
        } else {
          l[i][j] = l[j][j] > 0 ? sum / l[j][j] : 0;
        }
      }
    }
    return l;
  }

  /** Solves L·Lᵀ·x = v, in place of v. */
  static void solve(double[][] l, double[] v) {
    for (int i = 0; i < v.length; i++) {
      double sum = v[i];
      for (int k = 0; k < i; k++) {
        sum -= l[i][k] * v[k];
      }
      v[i] = sum / l[i][i];
    }
    for (int i = v.length - 1; i >= 0; i--) {
      v[i] /= l[i][i];
      for (int k = 0; k < i; k++) {
        v[k] -= l[i][k] * v[i];
      }
    }
  }

  /** The inverse of L·Lᵀ. */
  static double[][] inverse(double[][] l) {
    int size = l.length;
    double[][] inverse = new double[size][size];
    for (int i = 0; i < size; i++) {
      inverse[i][i] = 1;
      solve(l, inverse[i]);
    }
    return inverse;
  }

  /** x·y for square matrices, y symmetric. */
  static double[][] product(double[][] x, double[][] y) {
    int size = x.length;
    double[][] product = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int k = 0; k < size; k++) {
        double v = x[i][k];
        if (v != 0) {
          double[] row = y[k];
          double[] out = product[i];
          for (int j = 0; j < size; j++) {
            out[j] += v * row[j];
          }
        }
      }
    }
    return product;
  }

  /** bread·meat·bread, both symmetric. */
  static double[][] sandwich(double[][] bread, double[][] meat) {
    return product(product(bread, meat), bread);
  }

  /** m·v into out. */
  static void multiply(double[][] m, double[] v, double[] out) {
    for (int i = 0; i < m.length; i++) {
      double[] row = m[i];
      double sum = 0;
      for (int j = 0; j < v.length; j++) {
        sum += row[j] * v[j];
      }
      out[i] = sum;
    }
  }

  /** Adds times·from. */
  static void add(double[][] to, double[][] from, double times) {
    for (int i = 0; i < to.length; i++) {
      for (int j = 0; j < to.length; j++) {
        to[i][j] += times * from[i][j];
      }
    }
  }

  /** Adds w·x·xᵀ, x being 1 at a, −1 at b. */
  static void addPair(double[][] m, int a, int b, double w) {
    m[a][a] += w;
    m[b][b] += w;
    m[a][b] -= w;
    m[b][a] -= w;
  }
}
