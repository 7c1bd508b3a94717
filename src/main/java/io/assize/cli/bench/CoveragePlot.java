package io.assize.cli.bench;

import java.util.List;
import java.util.Locale;

/** The plot of {@code bench coverage}, as SVG. */
final class CoveragePlot {
  private static final int ROW = 22;
  private static final int LEFT = 330;
  private static final int WIDTH = 360;
  private static final double LEAST = 0.92;
  private static final double MOST = 1.0;

  private CoveragePlot() {}

  /** Each condition's coverage as a dot with two standard errors, over the band that is wanted. */
  static String svg(List<CoverageResult> results) {
    int height = ROW * (results.size() + 2);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            LEFT + WIDTH + 40,
            height));
    for (int percent = 92; percent <= 100; percent += 2) {
      double x = x(percent / 100.0);
      line(svg, x, ROW / 2.0, x, height - ROW, percent == 94 || percent == 96 ? "#888" : "#ddd");
      text(svg, x - 10, height - ROW / 2.0, percent + " %");
    }
    line(svg, x(0.95), ROW / 2.0, x(0.95), height - ROW, "#444");
    for (int i = 0; i < results.size(); i++) {
      CoverageResult r = results.get(i);
      double y = ROW * (i + 1);
      text(svg, 8, y + 4, r.name());
      line(svg, x(r.coverage() - 2 * r.error()), y, x(r.coverage() + 2 * r.error()), y, "#06c");
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>%n",
              x(r.coverage()),
              y,
              r.holds() ? "#06c" : "#c00"));
    }
    return svg.append("</svg>\n").toString();
  }

  private static double x(double coverage) {
    double inside = Math.max(LEAST, Math.min(MOST, coverage));
    return LEFT + WIDTH * (inside - LEAST) / (MOST - LEAST);
  }

  private static void line(
      StringBuilder svg, double x1, double y1, double x2, double y2, String colour) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            colour));
  }

  private static void text(StringBuilder svg, double x, double y, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n",
            x,
            y,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }
}
