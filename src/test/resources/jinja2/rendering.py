"""Jinja2 as transformers sets it up for chat templates, and what it makes of a template and values."""

import datetime
import json

import jinja2
import jinja2.ext
import jinja2.nodes
import jinja2.sandbox

NOW = datetime.datetime(2026, 11, 26, 12, 0, 0)


class Generation(jinja2.ext.Extension):
    """The tag around what an assistant has said; its text is the body's."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_said"), [], [], body).set_lineno(line)

    @jinja2.pass_eval_context
    def _said(self, context, caller):
        return caller()


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def strftime_now(format):
    return NOW.strftime(format)


ENVIRONMENT = jinja2.sandbox.ImmutableSandboxedEnvironment(
    trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
)
ENVIRONMENT.filters["tojson"] = tojson
ENVIRONMENT.globals["raise_exception"] = raise_exception
ENVIRONMENT.globals["strftime_now"] = strftime_now


def rendered(template, each):
    """For each values the text, or the error in its place: {"text": …} or {"error": …}."""
    try:
        compiled = ENVIRONMENT.from_string(template)
    except Exception as e:
        return [error(e)] * len(each)
    return [text(compiled, values) for values in each]


def text(compiled, values):
    try:
        return {"text": compiled.render(**values)}
    except Exception as e:
        return error(e)


def error(e):
    return {"error": f"{type(e).__name__}: {e}"[:200]}
