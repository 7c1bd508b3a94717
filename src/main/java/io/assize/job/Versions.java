package io.assize.job;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** Assize's own version, as the build wrote it. */
public final class Versions {
  /** The version of this jar. */
  public static final String ASSIZE = property("version");

  /** The version of DJL it was built with. */
  public static final String DJL = property("djl");

  private Versions() {}

  private static String property(String name) {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("/io/assize/build.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new IllegalStateException("the jar lacks build.properties", e);
    }
    return properties.getProperty(name);
  }
}
