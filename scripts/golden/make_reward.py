#!/usr/bin/env python3
"""Makes the golden files of reward models: the scores that Hugging Face transformers gives.

    pip install torch==2.7.1 'transformers<5'
    python scripts/golden/make_reward.py src/test/resources/golden/reward [FAMILY...]

For each family a tiny random checkpoint of one label in bfloat16 with a tokenizer, and `scores.json`:
chats, their tokens, and their scores in float32, as these models' authors read them (Skywork-Reward's
model card): the chat template without a generation prompt, a doubled begin token taken away, the
logit after the last token that is no padding. Beside the folder, `turned-basis.json`: rows and what
the graph of scripts/model/export_decoder.py makes of them for int8.
"""

import json
import pathlib
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoModelForSequenceClassification,
    Gemma2Config,
    LlamaConfig,
    MistralConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
)

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "model"))
from export_decoder import Decoder  # noqa: E402

SPECIAL = ["<s>", "</s>", "<|im_start|>", "<|im_end|>", "<pad>"]

SMALL = {
    "vocab_size": 320,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    "initializer_range": 0.3,
    "bos_token_id": 0,
    "eos_token_id": 1,
    "num_labels": 1,
}

TURNS = (
    "{{ bos_token }}{% for message in messages %}[{{ message['role'] }}] {{ message['content'] | trim }}"
    "{{ eos_token }}{% endfor %}{% if add_generation_prompt %}[assistant] {% endif %}"
)
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)

# The family's configuration and its template. Llama's padding is the token that ends each turn.
MODELS = {
    "llama": (LlamaConfig(**SMALL, pad_token_id=1), TURNS),
    "mistral": (MistralConfig(**SMALL, sliding_window=None, head_dim=16), TURNS),
    "qwen2": (Qwen2Config(**SMALL, tie_word_embeddings=True, use_sliding_window=False, pad_token_id=4), CHATML),
    "qwen3": (Qwen3Config(**SMALL, head_dim=16, tie_word_embeddings=True, use_sliding_window=False), CHATML),
    "gemma2": (
        Gemma2Config(
            **{**SMALL, "initializer_range": 0.15},
            head_dim=16,
            query_pre_attn_scalar=24,
            sliding_window=16,
            attn_logit_softcapping=2.0,
            final_logit_softcapping=1.0,
            pad_token_id=4,
        ),
        TURNS,
    ),
}

CHATS = [
    ["Hi!", "Hello! How can I help?"],
    ["Hi!", "Go away."],
    ["Hi!", ""],
    ["What is the capital of Norway? Answer in one sentence.", "The capital of Norway is Oslo."],
    ["What is the capital of Norway? Answer in one sentence.", "It is Bergen, I think. Or Oslo?\n\nOne of them."],
    ["Write a haiku about a lighthouse in winter.", "  White light over ice,\nthe keeper counts the dark waves;\nsnow answers the horn.\n"],
    ["Translate «Naïve café» — 日本語 and emoji 🙂 too.", "« Café naïf » — 日本語 🙂."],
    ["How do I keep basil alive indoors?", "Put the pot where it gets six hours of sun, and water it when the soil feels dry. " * 5],
]


def tokenizer(template: str) -> PreTrainedTokenizerFast:
    tok = Tokenizer(models.BPE())
    tok.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tok.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=SMALL["vocab_size"],
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tok.train_from_iterator([text for chat in CHATS for text in chat], trainer)
    if template == TURNS:
        tok.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 0)])
    return PreTrainedTokenizerFast(
        tokenizer_object=tok, bos_token="<s>", eos_token="</s>", pad_token="<pad>", chat_template=template
    )


def turned_basis(path: pathlib.Path) -> None:
    torch.manual_seed(17)
    rows = [torch.randn(1, n) for n in (32, 96, 192, 320)]
    pairs = [{"row": row[0].tolist(), "turned": Decoder().spread(row)[0].tolist()} for row in rows]
    rounded = [{name: [round(v, 6) for v in values] for name, values in pair.items()} for pair in pairs]
    path.write_text(json.dumps(rounded) + "\n")


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    torch.set_num_threads(2)
    turned_basis(folder.parent / "turned-basis.json")
    for name, (config, template) in MODELS.items():
        if len(sys.argv) > 2 and name not in sys.argv[2:]:
            continue
        torch.manual_seed(13)
        here = folder / name
        model = AutoModelForSequenceClassification.from_config(config, dtype=torch.float32)
        for key, parameter in model.named_parameters():
            if key.endswith("bias") or "norm" in key:
                parameter.data += torch.randn_like(parameter) * 0.3
        model.to(torch.bfloat16).save_pretrained(here, safe_serialization=True)
        tokenizer(template).save_pretrained(here)
        tok = PreTrainedTokenizerFast.from_pretrained(here)
        # The kernels of PyTorch's own attention leave Gemma's caps of scores out.
        attention = {"attn_implementation": "eager"} if name == "gemma2" else {}
        model = AutoModelForSequenceClassification.from_pretrained(here, dtype=torch.float32, **attention).eval()
        rows = []
        for prompt, response in CHATS:
            chat = [{"role": "user", "content": prompt}, {"role": "assistant", "content": response}]
            text = tok.apply_chat_template(chat, tokenize=False)
            if template == TURNS and text.startswith(tok.bos_token):
                text = text[len(tok.bos_token):]
            ids = tok(text, return_tensors="pt").input_ids
            with torch.no_grad():
                score = model(input_ids=ids).logits[0][0].item()
            rows.append({"prompt": prompt, "response": response, "tokens": ids[0].tolist(), "score": round(score, 6)})
        (here / "scores.json").write_text(json.dumps(rows, ensure_ascii=False) + "\n")
        print(name, [row["score"] for row in rows])


if __name__ == "__main__":
    main()
