#!/usr/bin/env python3
"""Makes tiny checkpoints as they lie on hubs, each with what others' code reads from it.

    pip install torch==2.7.1 'transformers<5' safetensors peft compressed-tensors
    python scripts/golden/make_checkpoints.py src/test/resources/golden/checkpoints

Written: `torch`, shards of torch.save in half precision with their index, and `twin`, the same in
safetensors, with the logits of transformers; `odd.bin`, tensors that lie in a file in other ways;
`lora`, an adapter of peft for `torch` and what peft merges; and a folder for each way to quantise.
GPTQ and AWQ are packed by NumPy as auto-gptq's and autoawq's documentation says (neither package
can be installed without its kernels); compressed-tensors packs and unpacks its own; fp8 is PyTorch's.
"""

import json
import pathlib
import sys

import numpy as np
import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer, decoders, models, normalizers
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.integrations.mxfp4 import convert_moe_packed_tensors

TOKENS = [1, 60, 70, 80, 261, 262, 90, 100, 265, 270]


def llama_tokenizer(folder: pathlib.Path) -> None:
    """Llama 2's layout: <unk>, <s>, </s>, 256 bytes, then pieces."""
    pieces = ["▁", "a", "b", "c", "e", "n", "r", "s", "t", "▁a", "▁t", "en", "er", "st", "[", "]", "I", "N", "S", "T", "/"]
    vocab = {t: i for i, t in enumerate(["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)])}
    for piece in pieces:
        vocab[piece] = len(vocab)
    merges = [("▁", "a"), ("▁", "t"), ("e", "n"), ("e", "r"), ("s", "t")]
    tok = Tokenizer(models.BPE(vocab=vocab, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tok.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tok.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    tok.add_special_tokens(["<unk>", "<s>", "</s>"])
    tok.save(str(folder / "tokenizer.json"))
    names = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    (folder / "special_tokens_map.json").write_text(json.dumps(names) + "\n")
    (folder / "tokenizer_config.json").write_text(
        json.dumps(names | {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "legacy": False}) + "\n"
    )


def torch_and_twin(out: pathlib.Path) -> None:
    torch.manual_seed(13)
    config = LlamaConfig(
        vocab_size=288,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=512,
        tie_word_embeddings=False,
        bos_token_id=1,
        eos_token_id=2,
        initializer_range=0.3,
    )
    model = LlamaForCausalLM(config).half()
    model.save_pretrained(out / "twin", safe_serialization=True)
    here = out / "torch"
    # As its authors' transformers wrote it; 16 kB a shard.
    model.save_pretrained(here, safe_serialization=False, max_shard_size="16KB")
    llama_tokenizer(here)
    model = LlamaForCausalLM.from_pretrained(here, dtype=torch.float32).eval()
    with torch.no_grad():
        logits = model(torch.tensor([TOKENS])).logits[0]
        greedy = model.generate(torch.tensor([TOKENS]), do_sample=False, max_new_tokens=12, eos_token_id=None)
    (out / "logits.json").write_text(
        json.dumps({"tokens": TOKENS, "last": logits[-1].tolist(), "greedy": greedy[0, len(TOKENS):].tolist()}) + "\n"
    )


def odd(out: pathlib.Path) -> None:
    torch.manual_seed(3)
    base = torch.randn(6, 4)
    tensors = {
        "plain": base,
        "turned": base.t(),
        "half.turned": base.half().t(),
        "rows": base[2:5],
        "columns": base[:, 1:3],
        "offset": base.reshape(-1)[5:9],
        "parameter": torch.nn.Parameter(torch.randn(3)),
        "brain": torch.randn(3, 2).bfloat16(),
        "double": torch.randn(2).double(),
        "long": torch.tensor([1, -2, 1 << 40]),
        "int8": torch.tensor([-128, 127], dtype=torch.int8),
        "bool": torch.tensor([True, False]),
        "scalar": torch.tensor(2.5),
        "cube": torch.randn(2, 3, 2),
        "e4m3": torch.arange(256, dtype=torch.uint8).view(torch.float8_e4m3fn),
        "e5m2": torch.arange(256, dtype=torch.uint8).view(torch.float8_e5m2),
        "empty": torch.zeros(0, 3),
    }
    torch.save({"epoch": 3, "best": 0.5, "name": "x", "state_dict": tensors}, out / "odd.bin")
    torch.save(tensors, out / "old.bin", _use_new_zipfile_serialization=False)
    texts = {k: [repr(float(x)) for x in v.detach().float().reshape(-1)] for k, v in tensors.items()}
    (out / "odd.json").write_text(
        json.dumps({k: {"shape": list(tensors[k].shape), "values": v} for k, v in texts.items()}) + "\n"
    )


def write(folder: pathlib.Path, quantization, tensors, expected) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps({"quantization_config": quantization}, indent=1) + "\n")
    save_file({k: v.contiguous() for k, v in tensors.items()}, folder / "model.safetensors")
    save_file({k: v.float().contiguous() for k, v in expected.items()}, folder / "expected.safetensors")


def words(numbers: np.ndarray, bits: int, order=None) -> np.ndarray:
    """Packs along the last dimension, lowest bits first."""
    per = 32 // bits
    order = order or range(per)
    groups = numbers.reshape(*numbers.shape[:-1], -1, per).astype(np.uint64)
    packed = sum(groups[..., o] << np.uint64(bits * i) for i, o in enumerate(order))
    return packed.astype(np.uint32).view(np.int32)


def gptq(out, name, bits, group, version, act_order):
    rng = np.random.default_rng(bits + group)
    rows, columns = 16, 32
    groups = 1 if group < 0 else columns // group
    g_idx = np.arange(columns) // (columns if group < 0 else group)
    if act_order:
        g_idx = rng.permutation(g_idx)
    q = rng.integers(0, 1 << bits, (columns, rows))
    zeros = rng.integers(0, 1 << bits, (groups, rows))
    scales = torch.from_numpy(rng.uniform(0.01, 0.1, (groups, rows))).half()
    stored = zeros if version == "gptq_v2" else (zeros - 1) & ((1 << bits) - 1)
    w = (torch.from_numpy(q - zeros[g_idx]).float() * scales.float()[g_idx]).t()
    plain = torch.from_numpy(rng.normal(size=(4, 8))).half()
    write(
        out / name,
        {"quant_method": "gptq", "bits": bits, "group_size": group, "desc_act": act_order, "sym": False,
         "checkpoint_format": version},
        {"m.qweight": torch.from_numpy(np.ascontiguousarray(words(q.T, bits).T)),
         "m.qzeros": torch.from_numpy(words(stored, bits)), "m.scales": scales,
         "m.g_idx": torch.from_numpy(g_idx.astype(np.int32)), "head.weight": plain},
        {"m.weight": w, "head.weight": plain},
    )


def awq(out):
    rng = np.random.default_rng(4)
    rows, columns, group = 24, 32, 16
    order = [0, 2, 4, 6, 1, 3, 5, 7]
    q = rng.integers(0, 16, (columns, rows))
    zeros = rng.integers(0, 16, (columns // group, rows))
    scales = torch.from_numpy(rng.uniform(0.01, 0.1, zeros.shape)).half()
    g = np.arange(columns) // group
    write(
        out / "awq",
        {"quant_method": "awq", "bits": 4, "group_size": group, "version": "gemm", "zero_point": True,
         "modules_to_not_convert": ["head"]},
        {"m.qweight": torch.from_numpy(words(q, 4, order)), "m.qzeros": torch.from_numpy(words(zeros, 4, order)),
         "m.scales": scales, "head.weight": torch.ones(4, 8).bfloat16()},
        {"m.weight": (torch.from_numpy(q - zeros[g]).float() * scales.float()[g]).t(), "head.weight": torch.ones(4, 8)},
    )


def compressed(out):
    from compressed_tensors.compressors.pack_quantized.helpers import pack_to_int32
    from compressed_tensors.quantization import QuantizationArgs
    from compressed_tensors.quantization.lifecycle.forward import dequantize

    torch.manual_seed(5)
    rows, columns = 16, 32

    def config(fmt, args, more=None):
        weights = json.loads(args.model_dump_json(exclude_none=True)) | (more or {})
        return {
            "quant_method": "compressed-tensors", "format": fmt, "quantization_status": "compressed",
            "ignore": ["lm_head"],
            "config_groups": {"group_0": {"targets": ["Linear"], "weights": weights}},
        }

    for strategy in ("channel", "tensor"):
        args = QuantizationArgs(num_bits=8, type="int", strategy=strategy, symmetric=True)
        q = torch.randint(-128, 128, (rows, columns), dtype=torch.int8)
        scale = torch.rand(rows, 1).bfloat16() if strategy == "channel" else torch.rand(1).bfloat16()
        w = dequantize(q, scale.float(), torch.zeros_like(scale, dtype=torch.int8), args, dtype=torch.float32)
        write(out / f"ct-int8-{strategy}", config("int-quantized", args),
              {"m.weight": q, "m.weight_scale": scale, "lm_head.weight": torch.ones(2, 4).half()},
              {"m.weight": w, "lm_head.weight": torch.ones(2, 4)})
        args = QuantizationArgs(num_bits=8, type="float", strategy=strategy, symmetric=True)
        f = torch.randn(rows, columns).to(torch.float8_e4m3fn)
        w = dequantize(f, scale.float(), None, args, dtype=torch.float32)
        write(out / f"ct-fp8-{strategy}", config("float-quantized", args),
              {"m.weight": f, "m.weight_scale": scale, "m.input_scale": torch.ones(1)}, {"m.weight": w})
    for symmetric in (True, False):
        args = QuantizationArgs(num_bits=4, type="int", strategy="group", group_size=16, symmetric=symmetric)
        q = torch.randint(-8, 8, (rows, columns), dtype=torch.int8)
        scale = torch.rand(rows, columns // 16).half()
        zero = torch.zeros(rows, columns // 16, dtype=torch.int8)
        tensors = {"m.weight_packed": pack_to_int32(q, 4), "m.weight_scale": scale,
                   "m.weight_shape": torch.tensor([rows, columns])}
        if not symmetric:
            zero = torch.randint(-8, 8, zero.shape, dtype=torch.int8)
            tensors["m.weight_zero_point"] = pack_to_int32(zero, 4, packed_dim=0)
        w = dequantize(q, scale.float(), zero, args, dtype=torch.float32)
        write(out / f"ct-int4-{'sym' if symmetric else 'asym'}", config("pack-quantized", args), tensors, {"m.weight": w})


def fp8_blocks(out):
    torch.manual_seed(6)
    w = torch.randn(20, 24).to(torch.float8_e4m3fn)
    scale = torch.rand(3, 2)
    whole = scale.repeat_interleave(8, 0)[:20].repeat_interleave(16, 1)[:, :24]
    write(out / "fp8-block", {"quant_method": "fp8", "fmt": "e4m3", "weight_block_size": [8, 16]},
          {"m.weight": w, "m.weight_scale_inv": scale}, {"m.weight": w.float() * whole})


def mxfp4(out):
    """Blocks of all 256 scales; what transformers makes of them is kept bit by bit."""
    draw = torch.Generator().manual_seed(41)
    packed, expected = {}, {}
    for name, outputs, blocks in ("gate_up_proj", 64, 2), ("down_proj", 32, 1):
        shape = (2, outputs, blocks)
        nibbles = torch.randint(0, 256, (*shape, 16), generator=draw, dtype=torch.uint8)
        scales = torch.randperm(256, generator=draw)[: 2 * outputs * blocks].to(torch.uint8).view(shape)
        packed |= {f"m.experts.{name}_blocks": nibbles, f"m.experts.{name}_scales": scales}
        expected[f"m.experts.{name}"] = convert_moe_packed_tensors(nibbles, scales)
    write(out / "mxfp4", {"quant_method": "mxfp4", "modules_to_not_convert": ["head"]}, packed, expected)


def lora(out):
    from peft import LoraConfig, get_peft_model

    for root in (False, True):
        torch.manual_seed(8)
        base = LlamaForCausalLM.from_pretrained(out / "torch", dtype=torch.float32)
        config = LoraConfig(r=4, lora_alpha=6, use_rslora=root, target_modules=["q_proj", "down_proj"] + ([] if root else ["embed_tokens"]),
                            modules_to_save=None if root else ["lm_head"], rank_pattern={"down_proj": 2})
        model = get_peft_model(base, config)
        for name, p in model.named_parameters():
            if "lora_" in name or "modules_to_save" in name:
                p.data = torch.randn_like(p) * 0.2
        here = out / ("rslora" if root else "lora")
        model.save_pretrained(here, save_embedding_layers=False)
        path = here / "adapter_config.json"
        settings = json.loads(path.read_text())
        settings["target_modules"].sort()
        settings |= {"base_model_name_or_path": "../torch"}
        path.write_text(json.dumps(settings, indent=1, sort_keys=True) + "\n")
        (here / "README.md").unlink(missing_ok=True)
        merged = model.merge_and_unload().state_dict()
        kept = ("layers.0.self_attn.q_proj", "layers.0.mlp.down_proj", "layers.0.self_attn.k_proj", "embed", "lm_head")
        names = [n for n in merged if any(t in n for t in kept[: 3 if root else 5])]
        save_file({n: merged[n].contiguous() for n in names}, here / "expected.safetensors")
        for file in here.iterdir():
            file.chmod(0o644)


def main() -> None:
    out = pathlib.Path(sys.argv[1])
    torch_and_twin(out)
    odd(out)
    gptq(out, "gptq-4", 4, 16, "gptq", False)
    gptq(out, "gptq-4-act", 4, 8, "gptq", True)
    gptq(out, "gptq-8-whole", 8, -1, "gptq", False)
    gptq(out, "gptq-2-v2", 2, 16, "gptq_v2", False)
    awq(out)
    compressed(out)
    fp8_blocks(out)
    mxfp4(out)
    lora(out)


if __name__ == "__main__":
    main()
