#!/usr/bin/env python3
"""Makes the golden files of the tests that read GGUF, after make_golden.py has made the others.

    pip install torch==2.7.1 'transformers<5' gguf sentencepiece protobuf
    python scripts/golden/make_gguf.py src/test/resources/golden

Written:
- gguf-blocks.json: blocks of every tensor type, of random bytes, with the floats that the gguf package reads;
- gguf/NAME.gguf: checkpoints of golden/architectures as llama.cpp's converter writes them (names by the
  gguf package's map, queries and keys of Llama permuted), in bfloat16, so that their logits are those
  beside the checkpoint;
- gguf/blocks.gguf and gguf/blocks.json: a Llama whose tensors are of many quantised types, and the logits
  that transformers computes in float32 with the weights as the gguf package dequantises them;
- gguf-families: checkpoints of golden/families likewise (experts stacked, Gemma's norms with their one, MXFP4
  in ggml's order), and logits of their own of those whose layers or scales GGUF cannot say;
- gguf-tokenizers.json: small vocabularies with what the published tokenizers (tokenizers, sentencepiece,
  transformers' LlamaTokenizerFast) make of texts.
"""

import io
import json
import math
import pathlib
import random
import re
import sys
import tempfile

import gguf
import make_golden
import numpy as np
import sentencepiece
import torch
from make_golden import TEXTS
from safetensors.torch import load_file
from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM, LlamaTokenizer, LlamaTokenizerFast

TYPES = "F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 IQ4_NL MXFP4 Q2_K Q3_K Q4_K Q5_K Q6_K IQ4_XS".split()

# Where a block's half-precision scales stand.
SCALES = {
    "Q4_1": [0, 2],
    "Q5_1": [0, 2],
    "MXFP4": [],
    "Q2_K": [80, 82],
    "Q3_K": [108],
    "Q4_K": [0, 2],
    "Q5_K": [0, 2],
    "Q6_K": [208],
}


def blocks(kind: str, count: int, draw: np.random.Generator, scale: float) -> np.ndarray:
    """Blocks of random bytes whose scales are finite and of ordinary size."""
    type_ = gguf.GGMLQuantizationType[kind]
    size = gguf.GGML_QUANT_SIZES[type_][1]
    raw = draw.integers(0, 256, size=(count, size), dtype=np.uint8)
    if kind == "F16":
        return draw.normal(size=(count, 1)).astype(np.float16).view(np.uint8)
    if kind == "BF16":
        return (draw.normal(size=(count, 1)).astype(np.float32).view(np.uint32) >> 16).astype(np.uint16).view(np.uint8)
    for at in SCALES.get(kind, [0]):
        raw[:, at : at + 2] = draw.uniform(-scale, scale, size=(count, 1)).astype(np.float16).view(np.uint8)
    if kind == "MXFP4":
        raw[:, 0] = draw.integers(118, 128, size=count)
    return raw


def quantised_blocks(folder: pathlib.Path) -> None:
    draw = np.random.default_rng(7)
    rows = []
    for kind in TYPES:
        type_ = gguf.GGMLQuantizationType[kind]
        raw = blocks(kind, max(2, 256 // gguf.GGML_QUANT_SIZES[type_][0]), draw, 0.1)
        if kind == "MXFP4":
            raw[:4, 0] = [0, 1, 2, 240]
        values = gguf.dequantize(raw, type_).astype(np.float32).reshape(-1)
        rows.append({"type": kind, "hex": raw.tobytes().hex(), "values": [float(v) for v in values]})
    (folder / "gguf-blocks.json").write_text("[" + ",\n".join(map(json.dumps, rows)) + "]\n")


def permuted(weights: np.ndarray, heads: int) -> np.ndarray:
    """As the converter's LlamaModel.permute."""
    shape = weights.shape
    return weights.reshape(heads, 2, shape[0] // heads // 2, *shape[1:]).swapaxes(1, 2).reshape(shape)


def halved(weights: np.ndarray, heads: int) -> np.ndarray:
    """What permuted was made of."""
    shape = weights.shape
    return weights.reshape(heads, shape[0] // heads // 2, 2, *shape[1:]).swapaxes(1, 2).reshape(shape)


def rope_factors(config) -> np.ndarray:
    """As the converter's LlamaModel.generate_extra_tensors: how many times slower each pair turns."""
    scaling, dim = config.rope_scaling, config.head_dim
    freqs = 1.0 / (config.rope_theta ** (torch.arange(0, dim, 2, dtype=torch.float32) / dim))
    low, high, original = (
        scaling[key] for key in ("low_freq_factor", "high_freq_factor", "original_max_position_embeddings")
    )
    factors = []
    for freq in freqs:
        length = 2 * np.pi / freq
        if length < original / high:
            factors.append(1.0)
        elif length > original / low:
            factors.append(scaling["factor"])
        else:
            smooth = (original / length - low) / (high - low)
            factors.append(1 / ((1 - smooth) / scaling["factor"] + smooth))
    return np.array(factors, dtype=np.float32)


def writer(path: pathlib.Path, architecture: str, config) -> gguf.GGUFWriter:
    out = gguf.GGUFWriter(path, architecture)
    out.add_block_count(config.num_hidden_layers)
    out.add_context_length(config.max_position_embeddings)
    out.add_embedding_length(config.hidden_size)
    out.add_feed_forward_length(config.intermediate_size)
    out.add_head_count(config.num_attention_heads)
    out.add_head_count_kv(config.num_key_value_heads)
    out.add_layer_norm_rms_eps(config.rms_norm_eps)
    out.add_rope_freq_base(config.rope_theta)
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    out.add_key_length(head)
    out.add_value_length(head)
    out.add_rope_dimension_count(int(head * (getattr(config, "partial_rotary_factor", None) or 1)))
    scaling = getattr(config, "rope_scaling", None) or {}
    if getattr(config, "sliding_window", None):
        out.add_sliding_window(config.sliding_window)
    if scaling.get("rope_type") == "linear":
        out.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        out.add_rope_scaling_factor(scaling["factor"])
    if scaling.get("rope_type") == "yarn":
        out.add_rope_scaling_type(gguf.RopeScalingType.YARN)
        out.add_rope_scaling_factor(scaling["factor"])
        out.add_rope_scaling_orig_ctx_len(scaling["original_max_position_embeddings"])
        out.add_rope_scaling_yarn_beta_fast(scaling["beta_fast"])
        out.add_rope_scaling_yarn_beta_slow(scaling["beta_slow"])
    if scaling.get("rope_type", scaling.get("type")) == "longrope":
        original = config.original_max_position_embeddings
        scale = config.max_position_embeddings / original
        out.add_rope_scaling_orig_ctx_len(original)
        out.add_rope_scaling_attn_factors(math.sqrt(1 + math.log(scale) / math.log(original)))
        out.add_tensor("rope_factors_long.weight", np.array(scaling["long_factor"], dtype=np.float32))
        out.add_tensor("rope_factors_short.weight", np.array(scaling["short_factor"], dtype=np.float32))
    if scaling.get("rope_type") == "llama3":
        out.add_tensor("rope_freqs.weight", rope_factors(config))
    out.add_tokenizer_model("gpt2")
    out.add_tokenizer_pre("llama-bpe" if architecture == "llama" else "qwen2")
    out.add_token_list(["<s>", "</s>"] + [chr(33 + i) for i in range(94)])
    out.add_token_types([3, 3] + [1] * 94)
    out.add_token_merges(["! !"])
    out.add_bos_token_id(0)
    out.add_eos_token_id(1)
    return out


def finish(out: gguf.GGUFWriter) -> None:
    out.write_header_to_file()
    out.write_kv_data_to_file()
    out.write_tensors_to_file()
    out.close()


ARCHITECTURES = {
    "llama2": "llama",
    "llama2-linear": "llama",
    "llama3": "llama",
    "llama-bias": "llama",
    "mistral": "llama",
    "qwen2": "qwen2",
    "qwen3": "qwen3",
}


def checkpoints(folder: pathlib.Path) -> None:
    for name, architecture in ARCHITECTURES.items():
        here = folder / "architectures" / name
        config = AutoConfig.from_pretrained(here)
        out = writer(folder / "gguf" / f"{name}.gguf", architecture, config)
        arch = next(key for key, value in gguf.MODEL_ARCH_NAMES.items() if value == architecture)
        names = gguf.get_tensor_name_map(arch, config.num_hidden_layers)
        tensors = load_file(here / "model.safetensors")
        for key in sorted(tensors):
            values = tensors[key].float().numpy()
            for part, heads in ("q_proj", config.num_attention_heads), ("k_proj", config.num_key_value_heads):
                if architecture == "llama" and part in key:
                    values = permuted(values, heads)
            there = names.get_name(key, try_suffixes=(".weight", ".bias"))
            if values.ndim == 1:
                out.add_tensor(there, values)
            else:
                kind = gguf.GGMLQuantizationType.BF16
                out.add_tensor(there, gguf.quantize(values, kind), raw_dtype=kind)
        finish(out)


FAMILIES = {
    "smollm3": "smollm3",
    "granite": "granite",
    "olmo2": "olmo2",
    "phi3": "phi3",
    "phi3-longrope": "phi3",
    "gemma2": "gemma2",
    "gemma3": "gemma3",
    "mixtral": "llama",
    "qwen3-moe": "qwen3moe",
    "gpt-oss": "gpt-oss",
    "gpt-oss-mxfp4": "gpt-oss",
}

# What GGUF does not say is as in the models that are published.
AS_PUBLISHED = {
    "gemma2": {"query_pre_attn_scalar": 16},
    "gemma3": {"query_pre_attn_scalar": 8, "num_hidden_layers": 7, "layer_types": None},
}


def family_metadata(out: gguf.GGUFWriter, architecture: str, config) -> None:
    """As the converter's classes of these families."""
    if architecture == "granite":
        out.add_attention_scale(config.attention_multiplier)
        out.add_embedding_scale(config.embedding_multiplier)
        out.add_residual_scale(config.residual_multiplier)
        out.add_logit_scale(config.logits_scaling)
    if architecture == "gemma2":
        out.add_attn_logit_softcapping(config.attn_logit_softcapping)
        out.add_final_logit_softcapping(config.final_logit_softcapping)
    experts = getattr(config, "num_local_experts", None) or getattr(config, "num_experts", None)
    if experts:
        out.add_expert_count(experts)
        out.add_expert_used_count(config.num_experts_per_tok)
        out.add_expert_feed_forward_length(getattr(config, "moe_intermediate_size", config.intermediate_size))


def in_ggml_order(blocks: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """MXFP4 as GGUF has it: the scale, then 16 bytes with weights 0 to 15 in their low bits."""
    values = np.stack([blocks & 15, blocks >> 4], axis=-1).reshape(*blocks.shape[:-1], 32)
    packed = values[..., :16] | (values[..., 16:] << 4)
    both = np.concatenate([scales[..., None], packed], axis=-1)
    return both.reshape(*both.shape[:2], -1)


def family_tensors(tensors: dict, config):
    """Names as the gguf package's map knows them, with values, or with blocks of MXFP4."""
    experts = {}
    for key, values in sorted(tensors.items()):
        if key.endswith("_scales"):
            continue
        if ".experts." not in key:
            yield (key + ".weight" if key.endswith("sinks") else key), values.float().numpy(), None
        elif key.endswith("_blocks"):
            name = key.removesuffix("_blocks")
            packed = in_ggml_order(values.numpy(), tensors[name + "_scales"].numpy())
            for part, rows in parts(name, packed, 1):
                yield part + ".weight", rows, gguf.GGMLQuantizationType.MXFP4
        elif key.endswith("_bias"):
            for part, rows in parts(key.removesuffix("_bias"), values.float().numpy(), 1):
                yield part + ".bias", rows, None
        elif key.endswith(("gate_up_proj", "down_proj")):
            for part, rows in parts(key, values.float().numpy().swapaxes(1, 2), 1):
                yield part + ".weight", rows, None
        else:
            before, number, after = re.fullmatch(r"(.*\.experts)\.(\d+)\.(.*)", key).groups()
            experts.setdefault(f"{before}.{after}", {})[int(number)] = values.float().numpy()
    for name, each in experts.items():
        yield name, np.stack([each[i] for i in range(len(each))]), None


def parts(name: str, values: np.ndarray, axis: int):
    if not name.endswith("gate_up_proj"):
        return [(name, values)]
    stem = name.removesuffix("gate_up_proj")
    even, odd = [slice(None)] * values.ndim, [slice(None)] * values.ndim
    even[axis], odd[axis] = slice(0, None, 2), slice(1, None, 2)
    return [(stem + "gate_proj", values[tuple(even)]), (stem + "up_proj", values[tuple(odd)])]


def families(folder: pathlib.Path) -> None:
    """The checkpoints of golden/families; where one is not as GGUF wants it, another with logits of its own."""
    here = folder / "gguf-families"
    here.mkdir(exist_ok=True)
    for name, architecture in FAMILIES.items():
        source = folder / "families" / name
        config = AutoConfig.from_pretrained(source)
        tensors = load_file(source / "model.safetensors")
        if name in AS_PUBLISHED:
            changed = json.loads((source / "config.json").read_text()) | AS_PUBLISHED[name]
            config = type(config)(**{key: value for key, value in changed.items() if value is not None})
            torch.manual_seed(31)
            model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16, attn_implementation="eager")
            for key, parameter in model.named_parameters():
                if "norm" in key:
                    parameter.data += torch.randn_like(parameter) * 0.3
            model = model.float().eval()
            tensors = {key: parameter.data for key, parameter in model.named_parameters()}
            (here / f"{name}.json").write_text(json.dumps(make_golden.logits(model, [40, 300])) + "\n")
        out = writer(here / f"{name}.gguf", architecture, config)
        family_metadata(out, architecture, config)
        names = gguf.get_tensor_name_map(
            next(key for key, value in gguf.MODEL_ARCH_NAMES.items() if value == architecture), config.num_hidden_layers
        )
        for key, values, packed in family_tensors(tensors, config):
            if architecture in ("llama", "smollm3", "granite"):
                for part, heads in ("q_proj", config.num_attention_heads), ("k_proj", config.num_key_value_heads):
                    if part in key:
                        values = permuted(values, heads)
            if architecture.startswith("gemma") and key.endswith("norm.weight"):
                values = values + 1
            # The converter calls Mixtral's experts by the names of its authors.
            key = key.replace("block_sparse_moe.experts.", "feed_forward.experts.").removeprefix("model.")
            there = names.get_name(key, (".weight", ".bias")) or names.get_name("model." + key, (".weight", ".bias"))
            values = np.ascontiguousarray(values)
            if packed is not None:
                out.add_tensor(there, values, raw_dtype=packed)
            elif values.ndim == 1 or not there.endswith(".weight") or "norm" in there or "gate_inp" in there:
                out.add_tensor(there, values)
            else:
                brain = gguf.quantize(values, gguf.GGMLQuantizationType.BF16)
                out.add_tensor(there, brain, raw_dtype=gguf.GGMLQuantizationType.BF16)
        finish(out)


def quantised_checkpoint(folder: pathlib.Path) -> None:
    draw = np.random.default_rng(13)
    config = LlamaConfig(
        vocab_size=96,
        hidden_size=256,
        intermediate_size=256,
        num_hidden_layers=1,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=16,
        max_position_embeddings=256,
        tie_word_embeddings=True,
        bos_token_id=0,
        eos_token_id=1,
    )
    # By Hugging Face's name: the type, and its scale where it is not one of the model's norm.
    kinds = {
        "model.embed_tokens.weight": ("Q6_K", 4e-5),
        "model.layers.0.self_attn.q_proj.weight": ("Q5_K", 2e-4),
        "model.layers.0.self_attn.k_proj.weight": ("IQ4_XS", 1e-4),
        "model.layers.0.self_attn.v_proj.weight": ("Q8_0", 2e-3),
        "model.layers.0.self_attn.o_proj.weight": ("Q5_1", 1e-2),
        "model.layers.0.mlp.gate_proj.weight": ("Q2_K", 5e-3),
        "model.layers.0.mlp.up_proj.weight": ("Q3_K", 2e-3),
        "model.layers.0.mlp.down_proj.weight": ("Q4_K", 2e-4),
    }
    torch.manual_seed(13)
    model = LlamaForCausalLM(config).eval()
    out = writer(folder / "gguf" / "blocks.gguf", "llama", config)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, 1)
    for key, parameter in model.named_parameters():
        there = names.get_name(key, try_suffixes=(".weight",))
        if key not in kinds:
            parameter.data += torch.randn_like(parameter) * 0.3
            out.add_tensor(there, parameter.data.numpy())
            continue
        kind, scale = kinds[key]
        type_ = gguf.GGMLQuantizationType[kind]
        rows, columns = parameter.shape
        size = gguf.GGML_QUANT_SIZES[type_][0]
        raw = blocks(kind, rows * columns // size, draw, scale).reshape(rows, -1)
        out.add_tensor(there, raw, raw_dtype=type_)
        values = gguf.dequantize(raw, type_).reshape(rows, columns)
        for part, heads in ("q_proj", 4), ("k_proj", 2):
            if part in key:
                values = halved(values, heads)
        parameter.data = torch.tensor(values)
    finish(out)
    tokens = torch.randint(2, 96, (1, 40))
    with torch.no_grad():
        logits = model(tokens).logits[0]
    rows = [[round(float(v), 5) for v in row] for row in logits[[0, 7, 38, 39]]]
    golden = {"tokens": tokens[0].tolist(), "rows": [0, 7, 38, 39], "logits": rows}
    (folder / "gguf" / "blocks.json").write_text(json.dumps(golden) + "\n")


# The expressions of the models' own tokenizer.json.
LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
QWEN_2 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
TEKKEN = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


GPT_4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
    r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)


def cut(expression: str):
    return pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(expression), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )


def published(name: str):
    """Normalizer, pre-tokenizer and whether whole words are taken as they are."""
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    return {
        "gpt-2": (None, byte_level, False),
        "smollm": (None, pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level]), False),
        "llama-bpe": (None, cut(LLAMA_3), True),
        "qwen2": (normalizers.NFC(), cut(QWEN_2), False),
        "deepseek-r1-qwen": (None, cut(QWEN_2), False),
        "tekken": (None, cut(TEKKEN), True),
        "dbrx": (None, cut(LLAMA_3), False),
        "gpt-4o": (None, cut(GPT_4O), False),
    }[name]


SNIPPETS = (
    ["don't", "I'LL", "'S", "it's", "WE'VE", "naïve", "e\u0301te\u0301", "é", "日本語", "한국어", "ไทย", "हिन्दी", "🙂👩‍👩‍👧", "1", "12345", "3.14", "²", "½"]
    + [" ", "  ", "   ", "\n", "\r\n", "\n\n", "\t", " \n ", "\u00a0", "\u3000", "\u200b", "...", "!?", "://", "/*", "*/", "--", "_", "▁", "<s>", "</s>"]
    + ["Hello", "world", "helloWorld", "HTTPServer", "ǅ", "ß", "İ", "the", " the", " quick", "fox", "(", ")", "$", "#", "`", "\\", '"', "<0x0A>", "\x00", "\x7f", "\ufffd"]
)


def texts(count: int) -> list[str]:
    draw = random.Random(17)
    out = ["", " ", "\n", "a", "  a  b "] + TEXTS
    while len(out) < count:
        out.append("".join(draw.choice(SNIPPETS) for _ in range(draw.randint(1, 12))))
    return out[:count]


def byte_pairs(count: int) -> dict:
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = cut(LLAMA_3)
    trained.train_from_iterator(
        TEXTS + texts(300),
        trainers.BpeTrainer(
            vocab_size=600,
            special_tokens=["<s>", "</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    model = json.loads(trained.to_str())["model"]
    tokens = sorted(model["vocab"], key=model["vocab"].get)
    # Some merges are taken out, so that words stand in the vocabulary that pairs do not lead to.
    merges = [merge for i, merge in enumerate(model["merges"]) if i % 7 != 3]
    ids = {}
    for name in ["gpt-2", "smollm", "llama-bpe", "qwen2", "deepseek-r1-qwen", "tekken", "dbrx", "gpt-4o"]:
        normalizer, pre, whole = published(name)
        bpe = models.BPE(vocab=model["vocab"], merges=[tuple(merge) for merge in merges], ignore_merges=whole)
        tokenizer = Tokenizer(bpe)
        if normalizer:
            tokenizer.normalizer = normalizer
        tokenizer.pre_tokenizer = pre
        ids[name] = [tokenizer.encode(text).ids for text in texts(count)]
    return {
        "tokens": tokens,
        "types": [3, 3] + [1] * (len(tokens) - 2),
        "merges": [" ".join(merge) for merge in merges],
        "texts": texts(count),
        "ids": ids,
    }


def sentence_pieces(count: int) -> list[dict]:
    """A SentencePiece model as Llama 2 has it; with a space before each text and without."""
    rows = []
    for prefix in True, False:
        model = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(TEXTS * 3 + [t for t in texts(300) if t.strip() and "\x00" not in t]),
            model_writer=model,
            model_type="bpe",
            vocab_size=640,
            byte_fallback=True,
            split_digits=True,
            normalization_rule_name="identity",
            remove_extra_whitespaces=False,
            allow_whitespace_only_pieces=True,
            add_dummy_prefix=prefix,
            character_coverage=0.99,
            user_defined_symbols=["<|user|>"],
            minloglevel=2,
        )
        sp = sentencepiece.SentencePieceProcessor(model_proto=model.getvalue())
        types = []
        for i in range(sp.vocab_size()):
            kind = 1
            if sp.is_unknown(i):
                kind = 2
            elif sp.is_control(i):
                kind = 3
            elif sp.id_to_piece(i) == "<|user|>":
                kind = 4
            elif sp.is_byte(i):
                kind = 6
            types.append(kind)
        with tempfile.TemporaryDirectory() as here:
            path = pathlib.Path(here) / "tokenizer.model"
            path.write_bytes(model.getvalue())
            fast = LlamaTokenizerFast(
                vocab_file=str(path), legacy=True, add_bos_token=False, add_prefix_space=prefix, from_slow=True
            )
            slow = LlamaTokenizer(vocab_file=str(path), legacy=True, add_bos_token=False, add_prefix_space=prefix)
        own = [text for text in texts(count) if "<s>" not in text and "</s>" not in text and "▁" not in text]
        apart = 0
        kept = []
        for text in own:
            # Where transformers' two tokenizers agree with SentencePiece there is one right answer.
            ids = sp.encode(text)
            if ids == fast(text)["input_ids"] == slow(text)["input_ids"]:
                kept.append([text, ids])
            else:
                apart += 1
        print(f"sentencepiece, prefix {prefix}: {len(kept)} texts, and {apart} that the yardsticks read differently")
        rows.append(
            {
                "prefix": prefix,
                "tokens": [sp.id_to_piece(i) for i in range(sp.vocab_size())],
                "scores": [sp.get_score(i) for i in range(sp.vocab_size())],
                "types": types,
                "texts": [text for text, _ in kept],
                "ids": [ids for _, ids in kept],
            }
        )
    return rows


def tokenizers(folder: pathlib.Path, count: int) -> None:
    golden = {"byte_pairs": byte_pairs(count), "sentence_pieces": sentence_pieces(count)}
    (folder / "gguf-tokenizers.json").write_text(json.dumps(golden, ensure_ascii=True) + "\n")


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    (folder / "gguf").mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    quantised_blocks(folder)
    checkpoints(folder)
    quantised_checkpoint(folder)
    families(folder)
    # More texts, for a comparison by hand.
    tokenizers(folder, int(sys.argv[2]) if len(sys.argv) > 2 else 60)


if __name__ == "__main__":
    main()
