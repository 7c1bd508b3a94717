package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The filter {@code wordwrap}: lines of at most a width, as Python's {@code textwrap} breaks. */
final class Wrapping {
  private static final Pattern PIECES =
      Pattern.compile("[\\t\\n\\x0b\\f\\r ]++|[^\\t\\n\\x0b\\f\\r ]++");

  private final Run run;

  Wrapping(Run run) {
    this.run = run;
  }

  Object wrap(Object value, Arguments arguments) {
    Object[] given =
        arguments.bind(
            "wordwrap", 0, "width", "break_long_words", "wrapstring", "break_on_hyphens");
    int width = Arguments.whole(given[0], 79);
    boolean breakLong = Arguments.truth(given[1], true);
    boolean hyphens = Arguments.truth(given[3], true);
    Text end = Arguments.absent(given[2]) ? Text.of("\n") : Arguments.text(given[2], "wrapstring");
    if (width <= 0) {
      throw new TemplateException("invalid width %d (must be > 0)", width);
    }
    List<Object> lines = new ArrayList<>();
    for (Object line : run.strings().lines(Arguments.text(value, "wordwrap's value"), false)) {
      List<Object> wrapped = wrap((Text) line, width, breakLong, hyphens);
      lines.add(run.strings().join(end, wrapped));
    }
    return run.strings().join(end, lines);
  }

  private List<Object> wrap(Text line, int width, boolean breakLong, boolean hyphens) {
    List<Text> pieces = pieces(line, hyphens);
    List<Object> lines = new ArrayList<>();
    int at = 0;
    while (at < pieces.size()) {
      if (!lines.isEmpty() && isBlank(pieces.get(at))) {
        at++;
        continue;
      }
      int start = at;
      int length = 0;
      while (at < pieces.size() && length + pieces.get(at).length() <= width) {
        length += pieces.get(at++).length();
      }
      TextBuilder current = new TextBuilder(run.meter());
      int last = at;
      if (at < pieces.size() && pieces.get(at).length() > width) {
        Text piece = pieces.get(at);
        int room = width - length;
        if (breakLong) {
          int cut = piece.place(room);
          int hyphen = piece.toString().lastIndexOf('-', cut - 1);
          if (hyphens
              && cut > 0
              && hyphen > 0
              && !piece.toString().substring(0, hyphen).matches("-*")) {
            cut = hyphen + 1;
          }
          pieces.subList(start, at).forEach(current::append);
          if (!isBlank(piece.substring(0, cut))) {
            current.append(piece, 0, cut);
          }
          pieces.set(at, piece.substring(cut));
          if (!current.isEmpty()) {
            lines.add(current.build());
          }
          run.meter().steps(1 + piece.size() / 64);
          continue;
        }
        if (start == at) {
          last = ++at;
        }
      }
      if (last > start && isBlank(pieces.get(last - 1))) {
        last--;
      }
      pieces.subList(start, last).forEach(current::append);
      if (last > start) {
        lines.add(current.build());
      }
      run.meter().step();
    }
    return lines;
  }

  private static boolean isBlank(Text piece) {
    return piece.toString().chars().allMatch(Spaces::isSpace);
  }

  private List<Text> pieces(Text line, boolean hyphens) {
    List<Text> pieces = new ArrayList<>();
    Matcher piece = PIECES.matcher(line.toString());
    while (piece.find()) {
      run.meter().step();
      int at = piece.start();
      for (int i = at + 1; hyphens && i < piece.end(); i++) {
        if (breaksAfter(line.toString(), piece.start(), i, piece.end())) {
          pieces.add(line.substring(at, i));
          at = i;
        }
      }
      pieces.add(line.substring(at, piece.end()));
    }
    return pieces;
  }

  /** Whether a word may be broken here: after a hyphen between letters. */
  private static boolean breaksAfter(String text, int start, int place, int end) {
    return text.charAt(place - 1) == '-'
        && place - 3 >= start
        && place + 1 < end
        && isLetter(text.charAt(place - 2))
        && isLetter(text.charAt(place - 3))
        && isLetter(text.charAt(place))
        && isLetter(text.charAt(place + 1));
  }

  private static boolean isLetter(char c) {
    return Character.isLetter(c) || c == '_';
  }
}
