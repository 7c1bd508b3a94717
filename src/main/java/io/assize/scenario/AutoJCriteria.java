package io.assize.scenario;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.AbstractConstruct;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * The criteria of a checkout of Auto-J (Li et al., ICLR 2024): {@code
 * other_resources/scenario_criteria/specials} has a YAML file for each scenario, sections of {@code
 * criterion: {content, weight, type}}, and takes sections from other files by {@code !include},
 * whose paths begin at the checkout.
 */
public final class AutoJCriteria {
  private static final String FOLDER = "other_resources/scenario_criteria/specials";
  private static final String SUFFIX = ".yaml";
  private static final long MOST_BYTES = 1 << 20;

  private final Path checkout;

  private AutoJCriteria(Path checkout) {
    this.checkout = checkout;
  }

  /**
   * Reads all of a checkout's scenarios.
   *
   * @throws UserError where a file is missing or no such file, by file and key
   */
  public static Map<String, Scenario> read(Path checkout) {
    AutoJCriteria reader = new AutoJCriteria(checkout.toAbsolutePath().normalize());
    Path folder = checkout.resolve(FOLDER);
    Map<String, Scenario> scenarios = new TreeMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + SUFFIX)) {
      for (Path file : files) {
        String name = file.getFileName().toString();
        name = name.substring(0, name.length() - SUFFIX.length());
        scenarios.put(name, reader.scenario(FOLDER + "/" + name + SUFFIX));
      }
    } catch (IOException e) {
      throw UserError.configuration(
          "%s cannot be read: give --input the folder of a checkout of Auto-J", folder);
    }
    if (scenarios.isEmpty()) {
      throw UserError.configuration("%s has no file that ends in %s", folder, SUFFIX);
    }
    return scenarios;
  }

  private Scenario scenario(String file) {
    List<Criterion> criteria = new ArrayList<>();
    criteria(load(file, new LinkedHashSet<>()), file, "", criteria);
    if (criteria.isEmpty()) {
      throw UserError.configuration("%s has no criteria", checkout.resolve(file));
    }
    return new Scenario("", criteria);
  }

  /** All criteria at any depth: what has a content is one, all else are sections. */
  private void criteria(Object section, String file, String key, List<Criterion> into) {
    if (!(section instanceof Map<?, ?> map)) {
      throw refused(file, key, "is no section of criteria");
    }
    if (map.containsKey("content")) {
      into.add(criterion(map, file, key));
      return;
    }
    map.forEach(
        (name, inner) -> criteria(inner, file, key.isEmpty() ? "" + name : key + "." + name, into));
  }

  private Criterion criterion(Map<?, ?> map, String file, String key) {
    if (!(map.get("content") instanceof String content) || content.isBlank()) {
      throw refused(file, key + ".content", "is no text");
    }
    if (!(map.get("weight") instanceof Integer weight) || weight < 1 || weight > Criterion.MOST) {
      throw refused(
          file,
          key + ".weight",
          "is "
              + map.get("weight")
              + ": a whole number from 1 to "
              + Criterion.MOST
              + " is wanted");
    }
    return new Criterion(weight, content.strip().replaceAll("\\s+", " "));
  }

  /** A file's tree, with what it includes in place. */
  private Object load(String file, Set<String> within) {
    Path path = checkout.resolve(file).normalize();
    if (!path.startsWith(checkout) || !path.toString().endsWith(SUFFIX)) {
      throw UserError.configuration("%s lies outside %s, or is no %s file", file, checkout, SUFFIX);
    }
    if (!within.add(path.toString())) {
      throw UserError.configuration(
          "%s includes itself, by way of %s", path, String.join(", ", within));
    }
    LoaderOptions limits = new LoaderOptions();
    limits.setAllowDuplicateKeys(false);
    limits.setMaxAliasesForCollections(0);
    limits.setNestingDepthLimit(10);
    try {
      if (Files.size(path) > MOST_BYTES) {
        throw UserError.configuration("%s is larger than %d bytes", path, MOST_BYTES);
      }
      Object tree = new Yaml(new Includes(limits, within)).load(Files.readString(path));
      within.remove(path.toString());
      return tree == null ? new LinkedHashMap<>() : tree;
    } catch (CharacterCodingException e) {
      throw UserError.configuration("%s is not UTF-8 text", path);
    } catch (IOException e) {
      String from = within.stream().reduce((first, second) -> first).orElse("");
      throw UserError.configuration(
          "%s cannot be read%s: is the checkout whole?",
          path, within.size() > 1 ? ", which " + from + " includes" : "");
    } catch (YAMLException e) {
      throw UserError.configuration("%s is no YAML of criteria: %s", path, line(e.getMessage()));
    }
  }

  private static String line(String message) {
    return message.strip().replaceAll("\\s*\\R\\s*", " ");
  }

  private UserError refused(String file, String key, String why) {
    return UserError.configuration("%s: %s %s", checkout.resolve(file), key, why);
  }

  /** Plain YAML, whose only tag of its own is {@code !include}. */
  private final class Includes extends SafeConstructor {
    private Includes(LoaderOptions limits, Set<String> within) {
      super(limits);
      yamlConstructors.put(
          new Tag("!include"),
          new AbstractConstruct() {
            @Override
            public Object construct(Node node) {
              if (node instanceof ScalarNode path) {
                return load(path.getValue(), within);
              }
              throw new YAMLException("!include wants a path");
            }
          });
    }
  }
}
