#!/usr/bin/env python3
"""Makes the golden files of judges whose tokenizer is of SentencePiece's kind.

    pip install torch==2.7.1 'transformers<5' sentencepiece protobuf
    python scripts/golden/make_sentencepiece.py src/test/resources/golden/sentencepiece

Written: `legacy` and `first`, tiny random checkpoints in bfloat16, one with a tokenizer as Llama 2 has
it (a space before each stretch of text), one as Mistral has it (before the first only); in each
`answers.json`: chats, their ids, and how probable transformers says each allowed answer is, in float32,
right after the chat and after a critique. The ids of all text are those of the whole text; an answer is
what follows the longest beginning that all answers have in common. And `bpe` and `unigram`,
SentencePiece's own `tokenizer.model` with the ids that sentencepiece gives for texts, and, for byte
pairs, those that transformers' LlamaTokenizerFast gives for texts with control tokens, and for all
where it puts a space before the first stretch only: it does not where the text begins with one.
"""

import io
import json
import pathlib
import sys

import sentencepiece
import torch
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaTokenizerFast, MistralConfig

SENTENCES = [
    "The final decision is Response 1",
    "The final decision is Response 2",
    "The final decision is Tie",
    "Which of the two responses answers the question better, and why?",
    "Response 1 is correct and clear, but Response 2 is longer than the question needs.",
    "Both responses are fair. Rating: [[7]]",
    "Rating: [[1]] and Rating: [[2]] are low, Rating: [[9]] and Rating: [[10]] are high.",
    "Rating: [[1]]",
    "Rating: [[10]]",
    "Please rate the answer on a scale of 1 to 10 by strictly following this format: \"[[rating]]\".",
    "[INST] How do I keep basil alive indoors? [/INST] Give it sun and water.",
    "The ﬁrst café, naïve owners and Straßen: ein Fuchs läuft über die Straße.",
    "def area(r): return 3.14159 * r ** 2",
    "日本語の文章です。 中文也可以。",
]

CHATS = [
    [["user", "Hi!"]],
    [["user", "  Which answer is better?\n\nAnswer 1: Give it sun.\nAnswer 2: Talk to it.  "]],
    [["system", "You are a fair judge."], ["user", "Question: 1 + 1?\n\n[Response 1] 2\n\n[Response 2] 3"]],
    [["user", "Übersetze «naïve café» — 日本語 🙂 \u00a0and\ttabs"]],
    [["user", "def f(x):\n    return x ** 2\n\n\n    # ▁ and  two   spaces"]],
    [["user", "first"], ["assistant", "an answer"], ["user", "second, and Rating: [["]],
]

CRITIQUE = "Response 1 is correct, the other is not."

QUESTIONS = {
    "FINAL_DECISION": ("The final decision is", [" Response 1", " Response 2", " Tie"]),
    "RATING": ("Rating: [[", [f"{rating}]]" for rating in range(1, 11)]),
}

# As the model card of Llama-2-7b-chat-hf has it.
TEMPLATE = (
    "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
    "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}"
    "{% set system_message = false %}{% endif %}{% for message in loop_messages %}"
    "{% if loop.index0 == 0 and system_message != false %}"
    "{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}"
    "{% else %}{% set content = message['content'] %}{% endif %}"
    "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
    "{% elif message['role'] == 'assistant' %}{{ ' ' + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}"
)

TEXTS = SENTENCES + [text for chat in CHATS for _, text in chat] + [
    "", " ", "  ", "a", " a", "a ", "\n", "\n\n a", "▁", " ▁ x", "x▁y", "🙂", "👩‍👩‍👧", "e\u0301", "ａｂｃ", "ﬁ ½ Ⅳ",
    "Response", " Response", "Response 12345 [[10]]", "don't", "\r\n", "\u3000wide\u3000", "in the the  the   the", "[[1]][[10]]",
]
# What sentencepiece is told to normalise; its own rules take 200 kB.
NORMALISED = {"ﬁ": "fi", "½": "1/2", "\u3000": " ", "\u00a0": " ", "\t": " ", "ａ": "a", "ｂ": "b"}

CONTROLLED = [
    "<s>[INST] Hi! [/INST]",
    "<s>[INST] Hi! [/INST] an answer </s><s>[INST] more [/INST]",
    "<s> a</s>  b</s>c",
    "a<s>",
    "<s></s>",
    " <s> The final decision is</s>\nTie",
]

SMALL = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 1024,
    "initializer_range": 0.3,
    "bos_token_id": 1,
    "eos_token_id": 2,
}


def trained(path: pathlib.Path, **settings) -> pathlib.Path:
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(SENTENCES * 4), model_writer=model, num_threads=1, minloglevel=2, **settings
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(model.getvalue())
    return path


def pairs(path: pathlib.Path, apart: bool) -> pathlib.Path:
    """Byte pairs with Llama's settings; if not apart, digits and brackets make pieces with each other."""
    return trained(
        path,
        model_type="bpe",
        vocab_size=440,
        byte_fallback=True,
        split_digits=apart,
        split_by_number=apart,
        split_by_unicode_script=apart,
        normalization_rule_name="identity",
        remove_extra_whitespaces=False,
        allow_whitespace_only_pieces=True,
        character_coverage=0.98,
    )


def answers(folder: pathlib.Path, tokenizer, model) -> None:
    tok = tokenizer.backend_tokenizer

    def ids(text):
        return tok.encode(text, add_special_tokens=False).ids

    def probabilities(before, answers):
        rows = [ids(before + answer) for answer in answers]
        same = 0
        while all(len(row) > same and row[same] == rows[0][same] for row in rows):
            same += 1
        sums = []
        for row in rows:
            with torch.no_grad():
                logs = model(torch.tensor([row])).logits[0].double().log_softmax(-1)
            sums.append(sum(logs[i - 1, row[i]] for i in range(same, len(row))))
        return torch.stack(sums).softmax(0).tolist()

    golden = []
    for chat in CHATS:
        messages = [{"role": role, "content": content} for role, content in chat]
        text = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        row = {"messages": messages, "text": text, "ids": ids(text)}
        row["pieces"] = tok.encode(text, add_special_tokens=False).tokens
        for rule, (prefix, labels) in QUESTIONS.items():
            row[rule] = {
                "forced": probabilities(text + prefix, labels),
                "after": probabilities(text + CRITIQUE + "\n" + prefix, labels),
            }
        golden.append(row)
    (folder / "answers.json").write_text(json.dumps({"critique": CRITIQUE, "chats": golden}, ensure_ascii=False) + "\n")


def judge(folder: pathlib.Path, vocabulary: pathlib.Path, legacy: bool, config) -> None:
    torch.manual_seed(17)
    tokenizer = LlamaTokenizerFast(vocab_file=str(vocabulary), legacy=legacy, add_prefix_space=True)
    tokenizer.chat_template = TEMPLATE
    config.vocab_size = len(tokenizer)
    AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16).save_pretrained(folder, safe_serialization=True)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "model.safetensors").chmod(0o644)
    tokenizer.backend_tokenizer.save(str(folder / "tokenizer.json"))
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "legacy": legacy, "chat_template": TEMPLATE}
    (folder / "tokenizer_config.json").write_text(json.dumps(names, indent=1) + "\n")
    answers(folder, tokenizer, AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval())


def own_files(out: pathlib.Path, bpe: pathlib.Path) -> None:
    rules = out / "rules.tsv"
    rules.write_text("".join(f"{ord(a):X}\t{' '.join(f'{ord(c):X}' for c in b)}\n" for a, b in NORMALISED.items()))
    unigram = trained(
        out / "unigram" / "tokenizer.model",
        model_type="unigram",
        vocab_size=150,
        hard_vocab_limit=False,
        normalization_rule_tsv=str(rules),
    )
    rules.unlink()
    for path in (bpe, unigram):
        sp = sentencepiece.SentencePieceProcessor(model_file=str(path))
        # Where sentencepiece strips a text it strips marks that were written in it, too: not done.
        golden = {"texts": [{"text": t, "ids": sp.encode(t)} for t in TEXTS if path == bpe or "▁" not in t]}
        if path == bpe:
            for legacy in (True, False):
                tok = LlamaTokenizerFast(vocab_file=str(path), legacy=legacy, add_prefix_space=True).backend_tokenizer
                golden["legacy" if legacy else "first"] = [
                    {"text": text, "ids": tok.encode(text, add_special_tokens=False).ids} for text in CONTROLLED + ([] if legacy else TEXTS)
                ]
        (path.parent / "ids.json").write_text(json.dumps(golden, ensure_ascii=False) + "\n")


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    torch.set_num_threads(1)
    bpe = pairs(out / "bpe" / "tokenizer.model", True)
    own_files(out, bpe)
    judge(out / "legacy", bpe, True, LlamaConfig(**SMALL))
    # Pieces across scripts, so that a question's last token goes on into an answer.
    joined = pairs(out / "joined.model", False)
    judge(out / "first", joined, False, MistralConfig(**SMALL, sliding_window=None, head_dim=8))
    joined.unlink()


if __name__ == "__main__":
    main()
