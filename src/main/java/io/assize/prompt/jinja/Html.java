package io.assize.prompt.jinja;

/** Escaping for HTML, as MarkupSafe does it. */
final class Html {
  /** The most characters of an entity that is known. */
  private static final int ENTITY = 8;

  private final Run run;

  Html(Run run) {
    this.run = run;
  }

  /** The value as safe text; what is safe already stays. */
  Text escape(Object value) {
    return value instanceof Text text && text.isSafe() ? text : forceEscape(value);
  }

  /** The value as safe text, escaped again if it was already. */
  Text forceEscape(Object value) {
    Text text = run.printing().text(value);
    TextBuilder out = new TextBuilder(run.meter());
    for (int i = 0; i < text.size(); i++) {
      char c = text.toString().charAt(i);
      String entity = entity(c);
      out.append(entity == null ? String.valueOf(c) : entity, text.isData(i));
    }
    return out.build().withSafe(true);
  }

  private static String entity(char c) {
    return switch (c) {
      case '&' -> "&amp;";
      case '<' -> "&lt;";
      case '>' -> "&gt;";
      case '"' -> "&#34;";
      case '\'' -> "&#39;";
      default -> null;
    };
  }

  /** The text without comments and tags, white space runs as one blank, entities resolved. */
  Text stripTags(Text text) {
    Text bare = without(without(text, "<!--", "-->"), "<", ">");
    return unescape(run.strings().oneBlank(bare));
  }

  private Text without(Text text, String open, String close) {
    String value = text.toString();
    TextBuilder kept = new TextBuilder(run.meter());
    int at = 0;
    while (true) {
      int start = value.indexOf(open, at);
      int end = start < 0 ? -1 : value.indexOf(close, start);
      if (end < 0) {
        return kept.append(text, at, value.length()).build();
      }
      kept.append(text, at, start);
      at = end + close.length();
    }
  }

  private Text unescape(Text text) {
    String value = text.toString();
    TextBuilder out = new TextBuilder(run.meter());
    for (int i = 0; i < value.length(); ) {
      String window = value.substring(i, Math.min(value.length(), i + ENTITY));
      int end = window.startsWith("&") ? window.indexOf(';') : -1;
      String plain = end < 0 ? null : plain(window.substring(0, end + 1));
      if (plain == null) {
        out.append(text, i, i + 1);
        i++;
      } else {
        out.append(plain, text.isData(i));
        i += end + 1;
      }
    }
    return out.build();
  }

  private static String plain(String entity) {
    return switch (entity) {
      case "&amp;" -> "&";
      case "&lt;" -> "<";
      case "&gt;" -> ">";
      case "&#34;", "&quot;" -> "\"";
      case "&#39;", "&apos;" -> "'";
      case "&nbsp;" -> "\u00a0";
      default -> null;
    };
  }
}
