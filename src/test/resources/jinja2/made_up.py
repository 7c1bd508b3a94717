"""Makes templates at random from a grammar of what chat templates use, and renders them, as lines of JSON.

python made_up.py SEED COUNT
"""

import json
import random
import re
import sys

from rendering import rendered

VALUES = [
    {
        "messages": [
            {"role": "system", "content": "  You are \"kind\".\n\nBe brief. "},
            {"role": "user", "content": "Hello\tthere, w\u00f6rld \u4f60\u597d \U0001f600!\n"},
            {"role": "assistant", "content": "<think>\nhm\n</think>\n\nIt is <b>4</b> & 5.", "extra": None},
            {"role": "user", "content": "a,b,,c"},
        ],
        "tools": None, "documents": None, "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>",
        "words": ["beta", "Alpha", "gamma", "alpha"], "numbers": [3, -1, 2.5, 10], "n": 7, "x": 0.1, "s": "Some text, 12 of it",
        "d": {"b": 1, "a": "two", "c": [1, 2], "items": "mine"}, "empty": [], "flag": False,
    },
    {
        "messages": [{"role": "user", "content": ""}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object", "properties": {"p": {"type": "string"}}}}}],
        "documents": None, "add_generation_prompt": False, "bos_token": "", "eos_token": "</s>",
        "words": ["\u00c9t\u00e9", "stra\u00dfe", "", "x y"], "numbers": [0], "n": -3, "x": 1e21, "s": "\u00c5 \u01c6 'q' \\ %s {}", "d": {}, "empty": "", "flag": True,
    },
]

TEXTS = [
    "", "a", "user", "system", "\\n", "\\t", " ", "<|im_start|>", "it\\'s", '\\"', "\\\\", "\\u00e9", "\\x41", "\\U0001f600", "\\N{BULLET}", "\\101",
    "\u00fc\u4f60", "\U0001f600", "%s", "%d|%5.2f", "%-5s|%05d", "{}", "{0}-{1}", "{:>5}", "</think>", ",", "b", "Hello World", "12", " 3.5 ", "xX", "{{ no }}", "#", "e\\\n",
    "\\0", "\\q", "a\nb", "a\r\nb", "-", "1_0", "0x1f", "ABC def", "\\r\\n", "\\x0b", "\u2028", "\u00a0", "\u01c6",
]
DATA = [
    "", " ", "\n", "\n\n", "  \n", "\n  ", "\t", "text", " text ", "<|im_end|>\n", "\u00e9\u4f60 ", "{ ", "} ", "% ", "%}", "}}", "# ", "#}", "'", '"', "\\n", "\\",
    "  x  \n   ", "\n\t", "a\n\n\n", "&<>", "\U0001f600", "\u00a0", "\u2003\n", "\x0b", "\x0c", "\x1c", "\u2028", "{ ", "-", "}", "$", "\x85 ",
]
STRING_FILTERS = [
    "trim", "upper", "lower", "title", "capitalize", "string", "e", "escape", "safe", "reverse", "striptags", "urlencode", "wordcount", "length", "count",
    "tojson", "first", "last", "list", "forceescape", "int", "float", "center(9)", "center", "default('d')", "d('d', true)", "replace('a', 'b')",
    "replace('a', '', 1)", "trim('x')", "indent", "indent(2)", "indent(2, true)", "indent(first=true, blank=true)", "indent('> ')", "truncate(9)",
    "truncate(9, true)", "truncate(9, true, '..')", "truncate(9, false, '~', 0)", "wordwrap(6)", "wordwrap(6, false)", "wordwrap(8, wrapstring='|')", "int(7)", "int(0, 16)", "int(base=2)", "float(0.5)",
    "format(1)", "format('q', 2)", "join", "join('|')", "batch(2) | list", "slice(2) | list", "unique | join", "sort | join('')", "replace('\\n', ' ')", "trim | upper", "tojson(indent=2)",
    "map('upper') | join", "select('in', 'aeiou') | join", "title | reverse", "lower | title", "attr('x')", "xmlattr", "filesizeformat", "min", "max", "sum", "abs", "dictsort", "items | list", "groupby('x')", 
]
LIST_FILTERS = [
    "length", "first", "last", "list", "join", "join(', ')", "reverse | list", "sort", "sort(reverse=true)", "sort(case_sensitive=true)", "unique | list", "tojson", "tojson(indent=1)", "map('string') | list",
    "map('upper') | join(' ')", "select | list", "reject | list", "select('string') | list", "reject('none') | list", "batch(2) | list", "batch(3, 'fill') | list", "slice(2) | list",
    "slice(3, 'z') | list", "min", "max", "sum", "string", "default('d')", "map('length') | list", "select('equalto', 'alpha') | list", "unique(true) | list", "map('int') | sum", "count",
    "map('default', 'q') | join", "first | string | upper", "select('odd') | list", "map('trim') | join('/')", "map('replace', 'a', 'o') | join", "e", "sum(start=1)", "map('tojson') | join", "safe", "tojson(sort_keys=true)",
]
MESSAGE_FILTERS = [
    "map(attribute='role') | join(',')", "map(attribute='content') | list", "selectattr('role', 'equalto', 'user') | list | length", "selectattr('role', '==', 'user') | map(attribute='content') | join('+')",
    "rejectattr('role', 'in', ['user', 'tool']) | list", "groupby('role')", "groupby('role') | map(attribute='grouper') | join", "groupby('role') | map(attribute='list') | map('length') | list", "sort(attribute='content') | map(attribute='role') | join", "last", "length",
    "first | items | list", "tojson", "tojson(indent=2)", "list | string", "selectattr('extra', 'defined') | list | length", "map(attribute='extra', default='no') | list", "sum(attribute='n')", "join(',', attribute='role')",
    "unique(attribute='role') | map(attribute='role') | list", "max(attribute='content')", "min(attribute='role')", "rejectattr('content') | list", "map('length') | join", "batch(2) | map('length') | list", "map(attribute='content.0') | join",
    "tojson(ensure_ascii=true)", "tojson(separators=(',', ':'))", "first | dictsort", "last | dictsort(by='value')", "sort(attribute='role,content') | map(attribute='content') | list", "groupby('role', default='x') | length",
]
TESTS = [
    "defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "iterable", "sequence", "odd", "even", "divisibleby 2", "divisibleby(3)", "lower", "upper", "true", "false", "callable",
    "in ['a', 1]", "eq 1", "== 'a'", "ne(2)", "gt 0", "lessthan 5", "sameas none", "sameas true", "in 'abc'", "equalto 'user'", "escaped", "filter", "test", "ge 1 ", "in(words)", "in words",
]
METHODS = [
    "strip()", "lstrip()", "rstrip()", "strip('<>\\n ')", "lstrip('a')", "rstrip('\\n')", "upper()", "lower()", "title()", "capitalize()", "swapcase()", "casefold()", "split()", "split(',')", "split('\\n')", "split(',', 1)", "rsplit(',', 1)", "split(None, 1)", "split('</think>')[-1]",
    "split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n')", "startswith('a')", "endswith(('!', '\\n'))", "startswith('<', 1)", "replace('a', 'b')", "replace('', '-')", "replace('l', '', 1)", "find('a')", "rfind('l')", "count('l')", "index('e')",
    "join(['a', 'b'])", "join(words)", "format(1, 2)", "zfill(5)", "center(7, '*')", "ljust(6)", "rjust(6, '.')", "partition(',')", "rpartition(',')", "splitlines()", "splitlines(true)", "removeprefix('H')", "removesuffix('\\n')", "expandtabs(4)", "isdigit()", "isalpha()", "isspace()", "istitle()", "isupper()", "isalnum()", "isidentifier()", "isnumeric()", "islower()",
    "nosuch()", "__class__", "format_map(d)", "isdecimal()", "isascii()", "isprintable()", "isidentifier()", "strip(1)", "upper(1)", "splitlines(keepends=True)",
]
DICT_METHODS = ["get('role')", "get('nosuch')", "get('nosuch', 'd')", "keys() | list", "values() | list", "items() | list", "items()", "keys()", "role", "content", "nosuch", "pop('role')", "update({})", "copy()", "items() | map('first') | join", "get()", "content[0]", "content | length", "setdefault('q', 1)"]
FORMATS = ["'%s'", "'%d'", "'%5.1f|%s'", "'%x'", "'%r'", "'%%'", "'%05d'", "'%-4s|'", "'%+d'", "'%e'", "'%g'", "'%c'", "'%(a)s'", "'%3s%%'"]


class Maker:
    """One template; names that it has set so far are in scope for what follows, mostly."""

    def __init__(self, chance):
        self.chance = chance
        self.names = 0
        self.macros = []
        self.texts = ["s", "bos_token", "eos_token"]
        self.ints = ["n", "x"]
        self.lists = ["words", "numbers", "empty"]
        self.maps = ["d", "messages[0]", "messages[-1]"]
        self.loops = 0
        self.in_loop = False

    def pick(self, *choices):
        return self.chance.choice(choices)

    def often(self, share):
        return self.chance.random() < share

    def new(self):
        self.names += 1
        return f"v{self.names}"

    # Expressions.

    def literal(self):
        quote = self.pick("'", '"')
        text = self.pick(*TEXTS)
        return quote + (text if quote not in text.replace("\\" + quote, "") else "q") + quote

    def text(self, deep):
        if deep <= 0 or self.often(0.15):
            return self.pick(self.literal(), self.pick(*self.texts), self.pick(*self.texts), self.pick(*self.maps) + self.pick(".content", "['role']", '["content"]'))
        deep -= 1
        way = self.chance.randrange(18)
        if way == 0:
            return f"{self.text(deep)} ~ {self.any(deep)}"
        if way == 1:
            return f"{self.text(deep)} + {self.text(deep)}"
        if way in (2, 3, 4):
            return f"{self.inner(deep)} | {self.pick(*STRING_FILTERS)}"
        if way in (5, 6, 7):
            return f"{self.inner(deep)}.{self.pick(*METHODS)}"
        if way == 8:
            # Of no constants: what Jinja2 folds it forgives.
            return f"{self.pick(self.literal(), *self.texts, self.pick(*self.maps) + '.content')}[{self.slice(deep)}]"
        if way == 9:
            return f"({self.text(deep)} if {self.truth(deep)}{' else ' + self.text(deep) if self.often(0.8) else ''})"
        if way == 10:
            return f"{self.pick(*FORMATS)} % {self.pick(self.number(0), self.text(0), '(' + self.text(0) + ', ' + self.number(0) + ')', 'd', '(' + self.number(0) + ',)')}"
        if way == 11:
            return f"{self.inner(deep)} * {self.pick('0', '1', '2', '3', '-1', 'true', 'n')}"
        if way == 12 and self.macros:
            return self.call(deep)
        if way == 13:
            return f"{self.pick(*self.maps)}.{self.pick(*DICT_METHODS)}"
        if way == 14:
            return f"strftime_now({self.pick(*[repr(f) for f in ('%d %b %Y', '%Y-%m-%d', '%B %A %j', '%H:%M:%S %p', '%y%m%d %%', '%-d %e')])})"
        if way == 15:
            return f"messages | {self.pick(*MESSAGE_FILTERS)}"
        if way == 16:
            return f"{self.list(deep)} | {self.pick(*LIST_FILTERS)}"
        return f"({self.text(deep)})"

    def inner(self, deep):
        made = self.text(deep)
        return made if re.fullmatch(r"\w+|'[^']*'", made) or self.often(0.1) else f"({made})"

    def number(self, deep):
        if deep <= 0 or self.often(0.2):
            return self.pick("0", "1", "2", "3", "10", "-1", "1.5", "0.1", "2.0", "1e3", "1_000", "0x1F", "0b11", "1.0e-7", "12345678901234567890", "true", *self.ints, *self.ints)
        deep -= 1
        way = self.chance.randrange(9)
        if way < 4:
            return f"{self.number(deep)} {self.pick('+', '-', '*', '//', '/', '%')} {self.number(deep)}"
        if way == 4:
            return f"{self.pick('(2 ** 0.5)', *(f'{base} ** {power}' for base in ('2', '-2', 'n', '(n)', '1.5', '0') for power in ('2', '3', '-1', '0')))}"
        if way == 5:
            return self.pick("-", "+", "- ") + self.number(deep)
        if way == 6:
            return f"({self.number(deep)}) | {self.pick('int', 'float', 'abs', 'round', 'round(1)', 'string', 'round(2, chr)', 'filesizeformat', 'filesizeformat(true)', 'tojson', 'default(1)')}".replace("chr", self.pick("'ceil'", "'floor'", "'common'"))
        if way == 7:
            return f"({self.pick(self.text(deep), self.list(deep))}) | length"
        return f"({self.number(deep)})"

    def truth(self, deep):
        if deep <= 0 or self.often(0.1):
            return self.pick("true", "false", "flag", "add_generation_prompt", "tools", "nosuch", "not flag", "tools is not none", "enable_thinking is defined", *self.lists, *self.ints)
        deep -= 1
        way = self.chance.randrange(11)
        if way == 0:
            return f"{self.truth(deep)} {self.pick('and', 'or')} {self.truth(deep)}"
        if way == 1:
            return f"not {self.truth(deep)}"
        if way in (2, 3):
            return f"{self.any(deep)} {self.pick('==', '!=', '<', '<=', '>', '>=')} {self.any(deep)}"
        if way == 4:
            return f"{self.number(deep)} {self.pick('==', '<', '<=', '!=')} {self.number(deep)} {self.pick('>', '>=', '<', '==')} {self.number(deep)}"
        if way == 5:
            return f"{self.any(deep)} {self.pick('in', 'not in')} {self.pick(self.list(deep), self.text(deep), self.pick(*self.maps))}"
        if way in (6, 7, 8):
            return f"{self.any(deep)} is {self.pick('', '', 'not ')}{self.pick(*TESTS)}"
        if way == 9:
            return f"{self.text(deep)} == {self.literal()}"
        return f"({self.truth(deep)})"

    def list(self, deep):
        if deep <= 0 or self.often(0.2):
            return self.pick(*self.lists, "messages", "[]", "[1, 2, 3]", "['b', 'a',]", "(1, 'x')", "range(3)", "range(1, 8, 3)", "d.values()", "()", "(n,)", "range(n)")
        deep -= 1
        way = self.chance.randrange(9)
        if way == 0:
            return "[" + ", ".join(self.any(deep) for _ in range(self.chance.randrange(4))) + "]"
        if way == 1:
            return f"{self.list(deep)}[{self.slice(deep)}]"
        if way == 2:
            return f"{self.inner(deep)}.split({self.pick('', self.literal())})"
        if way in (3, 4):
            return f"{self.list(deep)} | {self.pick(*LIST_FILTERS)}"
        if way == 5:
            return f"messages | {self.pick(*MESSAGE_FILTERS)}"
        if way == 6:
            return f"{self.list(deep)} + {self.list(deep)}"
        if way == 7:
            return f"{self.pick(*self.maps)}.{self.pick('items()', 'keys()', 'values()', 'items() | list')}"
        return f"({self.list(deep)})"

    def map(self, deep):
        if deep <= 0 or self.often(0.4):
            return self.pick(*self.maps, "{}", "{'a': 1}")
        deep -= 1
        return self.pick(
            "{" + ", ".join(f"{self.pick(self.literal(), self.number(0))}: {self.any(deep)}" for _ in range(self.chance.randrange(4))) + "}",
            f"dict(a={self.any(deep)}, b=1)", f"dict({self.pick(*self.maps)}, z={self.any(deep)})", "loop", "namespace(a=1).a", "cycler('a', 'b').next()", "cycler(1, 2).current", "joiner('|')()", "caller", "self", "lipsum",
        ).replace("lipsum", "d").replace("self", "d")

    def any(self, deep):
        return self.pick(self.text, self.text, self.number, self.truth, self.list, self.map)(deep)

    def slice(self, deep):
        ends = ["", "", "1", "-1", "2", "0", "-2", "n", "100", "-100", "none", "true"]
        return self.pick(
            f"{self.pick(*ends)}:{self.pick(*ends)}", f"{self.pick(*ends)}:{self.pick(*ends)}:{self.pick('', '-1', '2', '-2', '1', '0')}", "0", "-1", "1", "n", "::-1", "1:", ":-1", "'a'", "5", "1.0", "true",
        )

    def call(self, deep):
        name, takes = self.pick(*self.macros)
        given = [self.any(deep - 1) for _ in range(self.chance.randrange(takes + 2))]
        if takes and self.often(0.3):
            given.append(f"p0={self.text(0)}" if not given else f"q={self.number(0)}")
        return f"{name}({', '.join(given)})"

    # Statements.

    def space(self):
        return self.pick(" ", " ", " ", " ", "", "  ", "\n", "\t")

    def tag(self, inside):
        begin, end = self.pick("", "", "", "-", "-", "+"), self.pick("", "", "", "-", "-", "+")
        return "{%" + begin + self.space() + inside + self.space() + end + "%}"

    def output(self, inside):
        begin, end = self.pick("", "", "-", "+"), self.pick("", "", "-")
        if inside[-1:] in "-+" or inside[:1] in "-+{":
            begin, inside = begin, f" {inside} "
        return "{{" + begin + self.space() + inside + self.space() + end + "}}"

    def data(self):
        made = "".join(self.pick(*DATA) for _ in range(self.pick(1, 1, 2)))
        return made if self.often(0.01) else made.replace("{%", "{").replace("{#", "{") + ("." if made.endswith("{") else "")

    def body(self, deep, most=3):
        kept = self.texts[:], self.ints[:], self.lists[:], self.maps[:]
        made = self.parts(deep, most)
        if not self.often(0.1):
            self.texts, self.ints, self.lists, self.maps = kept
        return made

    def parts(self, deep, most):
        return "".join(self.data() + self.part(deep) for _ in range(self.chance.randrange(1, most + 1))) + self.data()

    def part(self, deep):
        way = self.chance.randrange(26 if deep > 0 else 11)
        if way < 5:
            return self.output(self.pick(self.text, self.text, self.any)(self.pick(1, 2, 2, 3)))
        if way == 5:
            return "{#" + self.pick("", "-", "+") + self.pick(" note ", "", " {{ x }} {% if %} ", "\n", "-", "+ ") + self.pick("", "-", "+") + "#}"
        if way == 6:
            return self.set()
        if way == 7:
            return (self.tag("raw").replace("+%}", self.pick("%}", "%}", "%}", "+%}"))) + self.pick("{{ x }}", " {% y %} ", "\n{# z #}\n", "") + self.tag("endraw")
        if way == 8 and self.in_loop:
            return self.tag(f"if {self.truth(1)}") + self.tag(self.pick("break", "continue")) + self.tag("endif")
        if way in (8, 9):
            return self.set()
        if way == 10:
            return self.pick(self.data(), self.output(self.literal()), self.tag(f"print {self.text(1)}"), self.output(f"{self.text(1)}, {self.number(0)}"))
        if way in (11, 12, 13):
            return self.choice(deep - 1)
        if way in (14, 15, 16, 17, 18):
            return self.loop(deep - 1)
        if way == 19:
            return self.macro(deep - 1)
        if way == 20 and self.macros:
            return self.call_block(deep - 1)
        if way == 21:
            return self.tag(f"filter {self.pick(*[f for f in STRING_FILTERS])}") + self.body(deep - 1) + self.tag("endfilter")
        if way == 22:
            name = self.new()
            tag = self.tag(self.pick(f"with {name} = {self.text(1)}", "with", f"with {name}={self.number(1)}, w = {self.any(1)}"))
            return tag + self.body(deep - 1) + self.pick("", self.output(name)) + self.tag("endwith")
        if way == 23:
            return self.tag("generation") + self.body(deep - 1) + self.tag("endgeneration")
        if way == 24:
            return self.namespace(deep - 1)
        return self.tag("if true") + self.body(deep - 1) + self.tag("endif")

    def set(self):
        name = self.new() if self.often(0.7) or self.names == 0 else f"v{self.chance.randrange(1, self.names + 1)}"
        way = self.chance.randrange(7)
        if way == 0:
            made = self.tag(f"set {name} = {self.number(2)}")
            self.ints.append(name)
        elif way == 1:
            made = self.tag(f"set {name} = {self.list(2)}")
            self.lists.append(name)
        elif way == 2:
            made = self.tag(f"set {name} = {self.map(2)}")
            self.maps.append(name)
        elif way == 3:
            made = self.tag(f"set {name}{self.pick('', '', ' | upper', ' | trim | length', ' | indent(1)')}") + self.body(1, 2) + self.tag("endset")
            self.texts.append(name)
        elif way == 4:
            other = self.new()
            made = self.tag(f"set {name}, {other} = {self.pick(self.text(1) + ', ' + self.number(1), 'words[:2]', '(1, 2)', 'n')}")
            self.texts += [name, other]
        else:
            made = self.tag(f"set {name} = {self.text(2)}")
            self.texts.append(name)
        return made

    def choice(self, deep):
        made = self.tag(f"if {self.truth(2)}{':' if self.often(0.03) else ''}") + self.body(deep)
        while self.often(0.3):
            made += self.tag(f"elif {self.truth(2)}") + self.body(deep)
        if self.often(0.5):
            made += self.tag("else") + self.body(deep)
        return made + self.tag("endif")

    def loop(self, deep):
        kept = self.texts[:], self.ints[:], self.lists[:], self.maps[:], self.in_loop
        way = self.chance.randrange(6)
        if way < 3:
            name = self.pick("message", "m")
            over, target = self.pick("messages", "messages", "messages[1:]", "messages[::-1]", "messages | reverse", "messages | selectattr('role', 'equalto', 'user')"), name
            self.maps += [name] * 4
        elif way == 3:
            target, over = self.pick("k, v", "(k, v)"), self.pick("d.items()", "d | items", "d | dictsort", "messages[0].items()", "words | batch(2)", "messages | groupby('role')")
            self.texts += ["k", "v"]
        else:
            target, over = self.pick("w", "item", "n"), self.list(2)
            self.texts += [target] * 3
        inner = ["loop.index", "loop.index0", "loop.length", "loop.revindex", "loop.revindex0", "loop.depth", "loop.depth0"]
        self.ints += inner[: self.pick(2, 4, 7)]
        self.texts += ["loop.cycle('odd', 'even')", "loop.first", "loop.last", "loop.changed(n)", "loop.previtem", "loop.nextitem"][: self.pick(1, 3, 6)]
        test = f" if {self.truth(2)}" if self.often(0.25) else ""
        recursive = self.often(0.08)
        made = self.tag(f"for {target} in {over}{test}{' recursive' if recursive else ''}")
        self.in_loop = True
        if self.often(0.4):
            made += self.output(self.pick(*self.texts[-4:], *self.maps[-1:], "loop.index", "loop.last"))
        made += self.body(deep)
        if recursive:
            made += self.tag("if loop.depth < 3") + self.output(f"loop({self.pick('words', 'd', 'messages', '[1]')})") + self.tag("endif")
        self.texts, self.ints, self.lists, self.maps, self.in_loop = kept
        if self.often(0.2):
            made += self.tag("else") + self.body(deep)
        return made + self.tag("endfor")

    def macro(self, deep):
        name = f"macro{len(self.macros)}"
        takes = self.chance.randrange(3)
        parameters = [f"p{i}" for i in range(takes)]
        texts, in_loop = self.texts[:], self.in_loop
        self.in_loop = False
        if parameters and self.often(0.5):
            parameters[-1] += f"={self.pick(self.literal(), self.number(0), '[]', 'nosuch', 's')}"
        made = self.tag(f"macro {name}({', '.join(parameters)})")
        self.texts += [f"p{i}" for i in range(takes)] * 2 + self.pick([], [], ["varargs", "kwargs"], ["caller()"], ["caller('x')"])
        made += self.body(deep) + self.tag("endmacro")
        self.texts, self.in_loop = texts, in_loop
        self.macros.append((name, takes))
        return made + (self.output(self.call(1)) if self.often(0.7) else "")

    def call_block(self, deep):
        parameters = self.pick("", "", "(c)", "(c='z')")
        return self.tag(f"call{parameters} {self.call(1)}") + self.body(deep) + self.tag("endcall")

    def namespace(self, deep):
        name = self.new()
        made = self.tag(f"set {name} = namespace({self.pick('', 'a=' + self.any(1), 'a=false, b=0', 'd')})")
        made += self.tag(f"for m in {self.pick('messages', 'words')}") + self.tag(f"set {name}.a = {self.pick('loop.index', self.any(1), name + '.a', 'true')}")
        return made + self.body(deep) + self.tag("endfor") + self.output(self.pick(f"{name}.a", f"{name}.nosuch", f"{name}['a']", f"{name}.a ~ '.'"))

    def template(self):
        made = self.parts(2, 3)
        if self.often(0.15):
            made = made.replace("\n", self.pick("\r\n", "\r\n", "\r"))
        if self.often(0.02):
            made = made.replace("|", "| nosuch |", 1).replace(" is ", " is nosuch ", 1)
        if self.often(0.06):
            at = self.chance.randrange(len(made) + 1)
            made = made[:at] + self.pick("", "%", "{", "}", "-", "'", " ", "{%", "#}", "|", ".", "(") + made[at + self.pick(0, 1):]
        return made


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    print(json.dumps({"values": VALUES}))
    chance = random.Random(seed)
    made = 0
    while made < count:
        template = Maker(chance).template()
        expected = rendered(template, VALUES)
        fails = sum("error" in e for e in expected)
        if fails and chance.random() > (0.7 if fails < len(expected) else 0.2):
            continue
        # An address in memory is nobody's to repeat.
        if len(template) > 20000 or any(re.search(r"0x[0-9a-f]{9,}|[0-9a-f]{9,}x0", e.get("text", ""), re.I) or len(e.get("text", "")) > 100000 for e in expected):
            continue
        print(json.dumps({"name": f"{seed}/{made}", "template": template, "expected": expected}))
        made += 1


main()
