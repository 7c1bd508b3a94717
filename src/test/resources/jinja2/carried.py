"""Renders every chat template that the wheels in a folder carry, as lines of JSON.

python carried.py FOLDER

The wheels' code is read, never run: a template is a file named *.jinja, or a constant text of a Python
source that speaks of messages in Jinja's tags.
"""

import ast
import itertools
import json
import pathlib
import sys
import zipfile

from rendering import rendered

USER, SYSTEM = "Which answer is better?\n", "  You judge answers.\n\n"
TURNS = {
    "user": [("user", USER)],
    "system": [("system", SYSTEM), ("user", USER)],
    "turns": [("user", "  Hi \u00e9\u4f60\U0001f600"), ("assistant", "<think>\nhm\n</think>\n\nHello  "), ("user", "<|im_end|>{{ x }}")],
    "system and turns": [
        ("system", "S"), ("user", "1"), ("assistant", "a </think> b"), ("user", ""), ("assistant", "\n"), ("user", "3'\"\\"),
    ],
    "empty": [("user", "")],
    "not in turns": [("user", "a"), ("user", "b")],
    "answered": [("user", "a"), ("assistant", "b")],
    "strange role": [("critic", "a"), ("user", "b")],
}
TOOL = {
    "type": "function",
    "function": {
        "name": "look", "description": "Looks \"up\" <b>.",
        "parameters": {
            "type": "object",
            "properties": {"what": {"type": "string", "description": "a w\u00f6rd"}, "n": {"type": "integer", "enum": [1, 2]}},
            "required": ["what"],
        },
    },
}


def conversations():
    """Each with what a template may be given: by its name, in a fixed order."""
    for (name, turns), prompt, thinking in itertools.product(TURNS.items(), (True, False), (None, True, False)):
        values = {
            "messages": [{"role": role, "content": content} for role, content in turns],
            "tools": None, "documents": None, "add_generation_prompt": prompt,
            "bos_token": "<s>", "eos_token": "</s>",
        }
        if thinking is not None:
            values["enable_thinking"] = thinking
        yield values
    for more in (
        {"tools": [TOOL]}, {"documents": [{"title": "T", "text": "t"}]}, {"date_string": "26 Jul 2024"},
        {"reasoning_effort": "high"}, {"thinking": True}, {"thinking": False}, {"builtin_tools": ["python"]},
        {"unk_token": "<unk>", "pad_token": "<pad>"},
    ):
        yield {
            "messages": [{"role": role, "content": content} for role, content in TURNS["system"]],
            "tools": None, "documents": None, "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>",
        } | more
    called = {"type": "function", "id": "call00001", "function": {"name": "look", "arguments": {"what": "x", "n": 1.5, "deep": [None, True]}}}
    for tools in (None, [TOOL]):
        yield {
            "messages": [
                {"role": "user", "content": "u"},
                {"role": "assistant", "content": "", "tool_calls": [called]},
                {"role": "tool", "name": "look", "tool_call_id": "call00001", "content": "found"},
                {"role": "assistant", "content": "a", "reasoning_content": "r"},
                {"role": "user", "content": "v"},
            ],
            "tools": tools, "documents": None, "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>",
        }
    for role in ("user", "system"):
        yield {
            "messages": [
                {"role": role, "content": [{"type": "text", "text": "one"}, {"type": "text", "text": " two"}]},
                {"role": "user", "content": [{"type": "text", "text": "three"}, {"type": "image"}]},
            ],
            "tools": None, "documents": None, "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>",
        }


def looks_like_one(text):
    return "{%" in text and "%}" in text and ("messages" in text or "message." in text or "message[" in text)


def constants(source):
    """Texts that stand in a source, those put together of several by + or side by side among them."""
    def text(node):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            left, right = text(node.left), text(node.right)
            return left + right if left is not None and right is not None else None
        return None

    waiting = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        found = text(node)
        if found is not None:
            yield found
        else:
            waiting.extend(ast.iter_child_nodes(node))


def templates(folder):
    seen = set()
    for wheel in sorted(pathlib.Path(folder).glob("*.whl")):
        with zipfile.ZipFile(wheel) as files:
            for name in sorted(files.namelist()):
                if name.endswith((".jinja", ".jinja2", ".j2")):
                    texts = [files.read(name).decode("utf-8", "replace")]
                elif name.endswith(".py"):
                    source = files.read(name).decode("utf-8", "replace")
                    if "{%" not in source:
                        continue
                    try:
                        texts = constants(source)
                    except (SyntaxError, ValueError):
                        continue
                else:
                    continue
                for text in sorted(texts):
                    if looks_like_one(text) and text not in seen:
                        seen.add(text)
                        yield f"{wheel.name.split('-')[0]}:{name}", text


def main():
    values = list(conversations())
    print(json.dumps({"values": values}))
    for name, template in templates(sys.argv[1]):
        print(json.dumps({"name": name, "template": template, "expected": rendered(template, values)}))


main()
