package io.assize.judge.djl;

import com.sun.jna.NativeLibrary;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** This process's environment as native libraries see it; Java's own copy stays as it was. */
final class Environment {
  private static final Logger LOG = LoggerFactory.getLogger(Environment.class);

  private Environment() {}

  /** Sets a variable; false where this system does not let it. */
  static boolean set(String name, String value) {
    try {
      Object[] arguments = {name, value, 1};
      return NativeLibrary.getProcess().getFunction("setenv").invokeInt(arguments) == 0;
    } catch (RuntimeException | LinkageError e) {
      LOG.debug("{} cannot be set", name, e);
      return false;
    }
  }
}
