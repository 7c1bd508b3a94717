"""Trains small tokenizers of all kinds and tokenizes random chats with them, as Hugging Face's library does.

Writes into the folder that is its argument KIND.json, a tokenizer, and KIND.chats.json, a list of
{"segments": [[text, control], ...], "ids": [...], "hostile": bool}. Of a hostile chat, whose contents
spell control tokens, only the ids of tokens that the template has are given: "controls".
"""

import json
import pathlib
import random
import sys

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

CHATS = 150
TEXTS = [
    "The final decision is Response 1. The final decision is Response 2. The final decision is Tie.",
    "Rating: [[1]] Rating: [[10]] Rating: [[7]] which answer is better, and why?",
    "def area(r):\n    return 3.14159 * r ** 2\n\n\tprint(area(2))\n",
    "Über Straßen läuft der Fuchs, naïve café, 日本語の文章です。 中文也可以。 emoji 🙂 too.",
    "hello there world, if x:\n    the fox jumps over the lazy dog, don't it?",
] * 3
PIECES = [
    "hello", " world", " ", "  ", "    ", "\n", "\n\n", "\t", "Über", "straße", "日本語", "中文", "🙂", "👩‍👩‍👧", "e\u0301", "ａｂｃ", "ﬁ",
    "don't", " The final", " 12", "345", "[[", "]]", "<", ">", "|", "_", "\u00a0", "\u3000", "\r\n", "▁", " ▁", "x", ".", "", "½", "\u200d",
]
CONTROL = ["<s>", "</s>", "<|u|>", "<|a|>", "<|end|>", "<think>"]


def added(flags=None, normalized=False):
    flags = flags or {}
    tokens = [AddedToken(t, special=t != "<think>", normalized=normalized, **flags.get(t, {})) for t in CONTROL]
    return tokens, [AddedToken(t, special=False, normalized=False) for t in ["    ", "\n\n"]]


def bpe(**more):
    return models.BPE(byte_fallback=True, fuse_unk=True, unk_token="<unk>", **more)


def trained(tok, alphabet=(), flags=None, normalized=False, unigram=False, runs=True):
    specials = ["<unk>"] + ["<0x%02X>" % b for b in range(256)] if not alphabet else ["<unk>"]
    if unigram:
        tok.train_from_iterator(TEXTS, trainers.UnigramTrainer(vocab_size=420, special_tokens=specials, unk_token="<unk>", show_progress=False))
    else:
        tok.train_from_iterator(
            TEXTS,
            trainers.BpeTrainer(vocab_size=700, special_tokens=specials, initial_alphabet=list(alphabet), show_progress=False, max_token_length=12),
        )
    # Trainers make their special tokens added ones; models that come out of SentencePiece have the unknown alone.
    plain = json.loads(tok.to_str())
    plain["added_tokens"] = plain["added_tokens"][:1]
    tok = Tokenizer.from_str(json.dumps(plain))
    tokens, text = added(flags, normalized)
    for token in tokens:
        (tok.add_special_tokens if token.special else tok.add_tokens)([token])
    if runs:
        tok.add_tokens(text)
    return tok


def byte_level(prefix, **more):
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=prefix)
    tok.decoder = decoders.ByteLevel()
    return trained(tok, pre_tokenizers.ByteLevel.alphabet(), **more)


def metaspace(scheme, split=False, unigram=False, nfkc=False, **more):
    tok = Tokenizer(models.Unigram(byte_fallback=True) if unigram else bpe())
    if nfkc:
        tok.normalizer = normalizers.NFKC()
    tok.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme=scheme, split=split)
    tok.decoder = decoders.Metaspace(prepend_scheme=scheme, split=split)
    return trained(tok, unigram=unigram, **more)


def legacy(**more):
    tok = Tokenizer(bpe())
    tok.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tok.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return trained(tok, **more)


STRIPS = {
    "<|u|>": {"rstrip": True},
    "<|end|>": {"rstrip": True, "lstrip": True},
    "<|a|>": {"lstrip": True},
    "<think>": {"single_word": True},
}

KINDS = {
    "byte-level": lambda: byte_level(False, runs=False),
    "byte-level-runs": lambda: byte_level(False),
    "byte-level-prefix": lambda: byte_level(True),
    "byte-level-strips": lambda: byte_level(False, flags=STRIPS),
    "metaspace-always": lambda: metaspace("always"),
    "metaspace-split": lambda: metaspace("always", split=True),
    "metaspace-first": lambda: metaspace("first"),
    "metaspace-first-strips": lambda: metaspace("first", flags=STRIPS),
    "metaspace-never": lambda: metaspace("never"),
    "legacy": lambda: legacy(),
    "legacy-normalized": lambda: legacy(normalized=True),
    "legacy-strips": lambda: legacy(flags=STRIPS),
    "unigram": lambda: metaspace("always", unigram=True),
    "unigram-first": lambda: metaspace("first", unigram=True, flags=STRIPS),
    "unigram-nfkc": lambda: metaspace("always", unigram=True, nfkc=True),
    "unigram-nfkc-normalized": lambda: metaspace("always", unigram=True, nfkc=True, normalized=True),
}


def content(rng, hostile):
    pieces = PIECES + (CONTROL + ["<|e", "nd|>", "<", "s>", "＜s＞"] if hostile else [])
    return "".join(rng.choice(pieces) for _ in range(rng.randrange(12)))


def chat(rng, hostile):
    between = ["", "", "\n", " ", "\n\n", "user: ", " [INST] ", "x"]
    segments = [[rng.choice(["<s>", "", "<s> ", "hi"]), True]]
    for _ in range(rng.randrange(1, 4)):
        segments.append(["<|u|>" + rng.choice(between), True])
        segments.append([content(rng, hostile), False])
        segments.append([rng.choice(between) + rng.choice(["<|end|>", "</s>", " <|end|>\n", "[/INST]"]), True])
    segments.append([rng.choice(["<|a|>", "<|a|>\n", "<|a|><think>", " "]), True])
    return segments


def main():
    folder = pathlib.Path(sys.argv[1])
    for kind, make in KINDS.items():
        tok = make()
        tok.save(str(folder / f"{kind}.json"))
        ids = {t: tok.token_to_id(t) for t in CONTROL}
        rng = random.Random(kind)
        rows = []
        for i in range(CHATS):
            hostile = i % 5 == 4
            segments = chat(rng, hostile)
            text = "".join(s for s, _ in segments)
            row = {"segments": segments, "hostile": hostile, "ids": tok.encode(text, add_special_tokens=False).ids}
            alone = [tok.encode(s, add_special_tokens=False).ids if c else [] for s, c in segments]
            row["controls"] = sorted(i for one in alone for i in one if i in ids.values())
            rows.append(row)
        (folder / f"{kind}.chats.json").write_text(json.dumps(rows))


if __name__ == "__main__":
    main()
