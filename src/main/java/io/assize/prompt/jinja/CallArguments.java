package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a call, filter or test is given.
 *
 * @param names the names of {@code values}
 * @param values the arguments by name
 * @param rest what stands after {@code *}; null where nothing does
 * @param namedRest what stands after {@code **}; null where nothing does
 */
record CallArguments(
    List<Expression> positional,
    List<String> names,
    List<Expression> values,
    Expression rest,
    Expression namedRest) {
  static final CallArguments NONE = new CallArguments(List.of(), List.of(), List.of(), null, null);

  static CallArguments of(Expression argument) {
    return new CallArguments(List.of(argument), List.of(), List.of(), null, null);
  }

  Arguments evaluate(Frame frame) {
    List<Object> places = new ArrayList<>();
    positional.forEach(argument -> places.add(frame.value(argument)));
    Map<String, Object> named = new LinkedHashMap<>();
    for (int i = 0; i < names.size(); i++) {
      named.put(names.get(i), frame.value(values.get(i)));
    }
    if (rest != null) {
      places.addAll(Filters.list(frame.run(), frame.value(rest)));
    }
    if (namedRest != null) {
      addNamed(named, frame.value(namedRest));
    }
    return new Arguments(places, named);
  }

  private static void addNamed(Map<String, Object> named, Object more) {
    if (!(more instanceof Dict dict)) {
      Comparing.refuseUndefined(more);
      throw new TemplateException("argument after ** must be a mapping, not %s", Types.name(more));
    }
    for (Dict.Entry entry : dict.entries()) {
      String name = Arguments.text(entry.key(), "keywords").toString();
      if (named.put(name, entry.value()) != null) {
        throw new TemplateException("got multiple values for keyword argument '%s'", name);
      }
    }
  }

  void visitNames(NameVisitor visitor) {
    positional.forEach(argument -> argument.visitNames(visitor));
    values.forEach(argument -> argument.visitNames(visitor));
    if (rest != null) {
      rest.visitNames(visitor);
    }
    if (namedRest != null) {
      namedRest.visitNames(visitor);
    }
  }
}
