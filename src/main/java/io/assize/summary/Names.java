package io.assize.summary;

import java.io.Serializable;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.spark.api.java.JavaRDD;

/** Each judge's models, numbered by their names' order. */
final class Names implements Serializable {
  private static final long serialVersionUID = 1;

  private final TreeMap<String, List<String>> models = new TreeMap<>();
  private final Map<String, Map<String, Integer>> numbers = new HashMap<>();

  private Names(Map<String, Set<String>> found) {
    found.forEach(
        (judge, names) -> {
          List<String> sorted = List.copyOf(names);
          Map<String, Integer> number = new HashMap<>();
          for (int i = 0; i < sorted.size(); i++) {
            number.put(sorted.get(i), i);
          }
          models.put(judge, sorted);
          numbers.put(judge, number);
        });
  }

  static Names of(JavaRDD<GameBlock> blocks) {
    Map<String, Set<String>> found = new TreeMap<>();
    blocks
        .mapPartitions(
            partition -> {
              Map<String, Set<String>> part = new HashMap<>();
              partition.forEachRemaining(block -> add(part, block.judge, List.of(block.models)));
              return List.of(part).iterator();
            })
        .collect()
        .forEach(part -> part.forEach((judge, models) -> add(found, judge, models)));
    return new Names(found);
  }

  private static void add(Map<String, Set<String>> to, String judge, Collection<String> models) {
    to.computeIfAbsent(judge, j -> new TreeSet<>()).addAll(models);
  }

  Iterable<String> judges() {
    return models.keySet();
  }

  List<String> of(String judge) {
    return models.get(judge);
  }

  /** A model's number; −1: it is not there. */
  int number(String judge, String model) {
    return numbers.get(judge).getOrDefault(model, -1);
  }

  /** The numbers of a block's models. */
  int[] of(GameBlock block) {
    Map<String, Integer> number = numbers.get(block.judge);
    int[] numbered = new int[block.models.length];
    for (int i = 0; i < numbered.length; i++) {
      numbered[i] = number.get(block.models[i]);
    }
    return numbered;
  }
}
