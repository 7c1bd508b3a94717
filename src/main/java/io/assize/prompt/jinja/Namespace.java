package io.assize.prompt.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** Jinja's {@code namespace}: the one value that a template can change. */
final class Namespace {
  final Map<String, Object> attributes = new LinkedHashMap<>();
}
