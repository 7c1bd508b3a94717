package io.assize.spark;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes lines for a person, whatever becomes of them: a console that throws ends no run, and no
 * thread that tells how far it is.
 *
 * @param out where the lines go
 */
public record Told(Consumer<String> out) implements Consumer<String> {
  private static final Logger LOG = LoggerFactory.getLogger(Told.class);

  @Override
  public void accept(String line) {
    try {
      out.accept(line);
    } catch (RuntimeException e) {
      LOG.warn("could not show \"{}\"", line, e);
    }
  }
}
