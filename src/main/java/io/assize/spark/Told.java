package io.assize.spark;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands lines on to a person's console. A console that throws ends neither the run nor the thread
 * that tells its progress.
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
