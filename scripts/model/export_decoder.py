#!/usr/bin/env python3
"""Writes the TorchScript decoders that the DJL judge runs, and their checksums.

The artefacts hold no weights: Java hands them over layer by layer after loading one. They are small
and are committed, so nobody needs Python or torch to build or to run Assize. Make them again, with
torch 2.7.1 (the libtorch that DJL 0.36 brings), only when this file changes:

    pip install torch==2.7.1
    python scripts/model/export_decoder.py src/main/resources/io/assize/judge/djl

The same bytes come out wherever and whenever it runs. This compares the committed artefacts with
those that copies of this file make in two other folders:

    python scripts/model/export_decoder.py --check src/main/resources/io/assize/judge/djl

`decoder.pt` uses portable operators only. `decoder-onednn.pt` is for x86 processors: it multiplies
int8 and bfloat16 matrices with oneDNN's packed kernels.
"""

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from typing import Dict, Final, List

import torch
from torch import Tensor


class Decoder(torch.nn.Module):
    """A decoder: RMSNorm, rotary positions, grouped-query attention, and a gated feed-forward part.

    Families differ in what `configure` is told and in which tensors a layer has: biases (Qwen2), a
    norm of each head's queries and keys (Qwen3) or of all heads at once (OLMo 2), norms after the
    parts of a layer instead of before them (OLMo 2) or as well (Gemma), a window (Mistral) in some
    layers only (Gemma), several rotations, sinks of attention (gpt-oss), and in place of one
    feed-forward part a mixture of experts (Mixtral). What a family lacks costs it nothing but the
    question whether it is there.

    One call, `step`, works on rows of several sequences at once: first one row for each of the
    slots 0 ... decode - 1 (sequences that generate), then runs of rows that read prompts. Matrix
    products take all rows together. The residual stream is float32 whatever the precision.

    A row's result must not depend on its neighbours. Norms, rotations and activations work row by
    row. An int8 product has a scale per row and a scale per output and sums exact integers, so its
    value is the same in any shape. Attention is bfloat16 there: oneDNN sums each product's terms in
    one order whatever the batch and the padding, if some lengths are avoided (`reach`).

    Few of a row's numbers are many times as large as the others, and a scale that holds them leaves
    the others few steps of int8. So int8 works in a turned basis, where all are of like size: the
    residual stream (turned once, in the weights), each head's values (likewise), and the inputs of
    the down projection, in blocks, while they are computed (after QuaRot, arXiv 2404.00456). The
    weights of the norms before int8 products are part of those products' weights.

    Rows whose logits decide something can ask for more: what rounding left of their numbers is
    multiplied as well, on a scale 254 times as fine (`fine`).

    int8 is not for models with norms after the parts of a layer, whose weights would have to stand
    in the turned basis, nor for mixtures.

    The cache of a layer is [2, slots, kv_heads, length, head_dim] over one flat allocation, whose
    division into slots and length can change between sequences (`arrange`).
    """

    FP32: Final[int] = 0
    BF16: Final[int] = 1
    FP16: Final[int] = 2
    INT8: Final[int] = 3

    SILU: Final[int] = 0
    GELU: Final[int] = 1
    CLAMPED: Final[int] = 2

    embedding: Tensor
    final_norm: Tensor
    head: Tensor
    mixing: Tensor
    turns: Tensor
    no_points: Tensor
    attention_norm: List[Tensor]
    qkv: List[Tensor]
    qkv_scale: List[Tensor]
    qkv_bias: List[Tensor]
    q_norm: List[Tensor]
    k_norm: List[Tensor]
    out: List[Tensor]
    out_scale: List[Tensor]
    out_bias: List[Tensor]
    mlp_norm: List[Tensor]
    gate_up: List[Tensor]
    gate_up_scale: List[Tensor]
    down: List[Tensor]
    down_scale: List[Tensor]
    flat: List[Tensor]
    keys: List[Tensor]
    values: List[Tensor]
    embedding_blocks: List[Tensor]
    head_blocks: List[Tensor]
    sinks: List[Tensor]
    attention_post_norm: List[Tensor]
    mlp_post_norm: List[Tensor]
    router: List[Tensor]
    router_bias: List[Tensor]
    expert_gate_up: List[Tensor]
    expert_gate_up_bias: List[Tensor]
    expert_down: List[Tensor]
    expert_down_bias: List[Tensor]
    rotation: List[int]
    windowed: List[int]
    kinds: List[int]

    def __init__(self):
        super().__init__()
        self.precision = 0
        self.heads = 0
        self.kv_heads = 0
        self.head_dim = 0
        self.length = 0
        self.eps = 0.0
        self.rotated_dim = 0
        self.activation = 0
        self.experts = 0
        self.chosen = 0
        self.normed = False
        self.has_sinks = False
        self.window = 0
        self.positions = 0
        self.rotations = 0
        self.varying = False
        self.scale_of_scores = 0.0
        self.cap_of_scores = 0.0
        self.norm_offset = 0.0
        self.scale_of_embedding = 1.0
        self.scale_of_parts = 1.0
        self.scale_of_logits = 1.0
        self.cap_of_logits = 0.0
        empty = torch.zeros(0)
        self.embedding = empty
        self.final_norm = empty
        self.head = empty
        self.mixing = empty
        self.turns = empty
        self.no_points = empty
        for name in (
            "attention_norm qkv qkv_scale qkv_bias q_norm k_norm out out_scale out_bias mlp_norm "
            "gate_up gate_up_scale down down_scale flat keys values embedding_blocks head_blocks "
            "sinks attention_post_norm mlp_post_norm router router_bias expert_gate_up expert_gate_up_bias "
            "expert_down expert_down_bias rotation windowed kinds"
        ).split():
            setattr(self, name, [])

    @torch.jit.export
    def configure(
        self, sizes: Dict[str, int], numbers: Dict[str, float], layers: Dict[str, List[int]], rotations: Tensor, positions: int
    ) -> int:
        """Sets the shape.

        `layers` has for each layer its rotation and whether it sees a window only. `rotations`
        [n, 2, head_dim / 2] are rotary frequencies, scaling applied, and what each pair is
        multiplied by. Where they are `varying`, each slot has one of them for all layers.
        """
        self.precision = sizes["precision"]
        self.heads = sizes["heads"]
        self.kv_heads = sizes["kv_heads"]
        self.head_dim = sizes["head_dim"]
        self.rotated_dim = sizes["rotated_dim"]
        self.window = sizes["window"]
        self.varying = sizes["varying"] > 0
        self.activation = sizes["activation"]
        self.experts = sizes["experts"]
        self.chosen = sizes["chosen"]
        self.normed = sizes["normed"] > 0
        self.has_sinks = sizes["sinks"] > 0
        self.eps = numbers["eps"]
        self.norm_offset = numbers["norm_offset"]
        self.scale_of_scores = numbers["scale_of_scores"]
        self.cap_of_scores = numbers["cap_of_scores"]
        self.scale_of_embedding = numbers["scale_of_embedding"]
        self.scale_of_parts = numbers["scale_of_parts"]
        self.scale_of_logits = numbers["scale_of_logits"]
        self.cap_of_logits = numbers["cap_of_logits"]
        self.rotation = layers["rotation"]
        self.windowed = layers["windowed"]
        self.positions = positions
        self.rotations = max(self.rotation) + 1
        turns: List[Tensor] = []
        for r in range(rotations.size(0)):
            angles = torch.outer(torch.arange(positions, dtype=torch.float32, device=rotations.device), rotations[r, 0])
            turns.append(torch.complex(angles.cos() * rotations[r, 1], angles.sin() * rotations[r, 1]))
        self.turns = torch.cat(turns)
        return 0

    @torch.jit.export
    def set_final_norm(self, weight: Tensor) -> int:
        """Takes the norm [hidden] before the head; it comes before the rows of the ends."""
        self.final_norm = self.norm_weight(weight)
        if self.scale_of_logits != 1.0:
            self.final_norm = self.final_norm * self.scale_of_logits
        return 0

    @torch.jit.export
    def add_rows(self, rows: Tensor, embedding: bool, head: bool) -> int:
        """Takes the next rows [n, hidden] of the embedding, of the head, or of a matrix that is both."""
        if embedding:
            self.embedding_blocks.append(self.spread_if_int8(rows).to(self.end_kind(), copy=True))
        if head and self.precision == self.INT8:
            self.head_blocks.append(self.spread(rows * self.final_norm).to(self.end_kind()))
        elif head and not embedding:
            self.head_blocks.append(rows.to(self.end_kind(), copy=True))
        return 0

    @torch.jit.export
    def set_ends(self) -> int:
        """Makes the embedding [vocab, hidden] and the head of the rows taken."""
        self.embedding = torch.cat(self.embedding_blocks)
        self.embedding_blocks.clear()
        if len(self.head_blocks) > 0:
            self.head = self.pack_head(torch.cat(self.head_blocks))
        else:
            self.head = self.pack_head(self.embedding)
        self.head_blocks.clear()
        if self.precision == self.INT8:
            self.final_norm = torch.ones_like(self.final_norm)
        return 0

    @torch.jit.export
    def add_layer(self, tensors: List[Tensor]) -> int:
        """Takes the next layer's weights; nothing of the caller's memory is kept.

        In this order, an empty tensor for what the model lacks: attention norm; q, k, v and their
        biases; q norm, k norm; o and its bias; mlp norm; gate, up, down. Then, where some layer of
        some model of the family has them: norms after attention and after the mlp; sinks; the
        router of a mixture and its bias.
        """
        attention_norm, q, k, v, o, o_bias = self.norm_weight(tensors[0]), tensors[1], tensors[2], tensors[3], tensors[9], tensors[10]
        v_bias, mlp_norm, gate, up, down = tensors[6], self.norm_weight(tensors[11]), tensors[12], tensors[13], tensors[14]
        if self.precision == self.INT8:
            q = self.spread(q * attention_norm)
            k = self.spread(k * attention_norm)
            v = self.spread_heads(self.spread(v * attention_norm))
            o = self.spread(o.reshape(-1, self.head_dim)).view(o.size(0), o.size(1))
            o = self.spread(o.t()).t().contiguous()
            if v_bias.numel() > 0:
                v_bias = self.spread_heads(v_bias.unsqueeze(1)).squeeze(1)
            if o_bias.numel() > 0:
                o_bias = self.spread(o_bias.unsqueeze(0)).squeeze(0)
            gate = self.spread(gate * mlp_norm)
            up = self.spread(up * mlp_norm)
            block = self.power_of_two(down.size(1))
            if self.mixing.numel() == 0:
                self.mixing = self.pack_mixing(self.hadamard(block, down))
            down = torch.matmul(down.reshape(-1, block), self.hadamard(block, down) / float(block)).view(down.size(0), down.size(1))
            down = self.spread(down.t()).t().contiguous()
        qkv = torch.cat([self.paired(q), self.paired(k), v], dim=0)
        if tensors[4].numel() == 0:
            self.qkv_bias.append(tensors[4].clone())
        else:
            self.qkv_bias.append(torch.cat([self.paired(tensors[4]), self.paired(tensors[5]), v_bias], dim=0))
        self.attention_norm.append(attention_norm)
        self.qkv.append(self.pack(qkv))
        self.qkv_scale.append(self.scale(qkv))
        self.q_norm.append(self.paired(self.norm_weight(tensors[7])))
        self.k_norm.append(self.paired(self.norm_weight(tensors[8])))
        self.out.append(self.pack(o))
        self.out_scale.append(self.scale(o))
        self.out_bias.append(o_bias.clone())
        self.mlp_norm.append(mlp_norm)
        if self.experts == 0:
            gate_up = torch.cat([gate, up], dim=0)
            self.gate_up.append(self.pack(gate_up))
            self.gate_up_scale.append(self.scale(gate_up))
            self.down.append(self.pack(down))
            self.down_scale.append(self.scale(down))
        further = [x for x in tensors[15:]]
        while len(further) < 5:
            further.append(torch.zeros([0], device=o.device))
        self.attention_post_norm.append(self.norm_weight(further[0]))
        self.mlp_post_norm.append(self.norm_weight(further[1]))
        self.sinks.append(further[2].to(self.cache_kind(), copy=True))
        self.router.append(further[3].to(torch.float64))
        self.router_bias.append(further[4].to(torch.float64))
        return len(self.qkv)

    @torch.jit.export
    def add_expert(self, tensors: List[Tensor]) -> int:
        """Takes the next expert of the layer taken last: gate, up and their biases, down and its."""
        self.expert_gate_up.append(self.pack(torch.cat([tensors[0], tensors[1]], dim=0)))
        self.expert_gate_up_bias.append(torch.cat([tensors[2], tensors[3]], dim=0))
        self.expert_down.append(self.pack(tensors[4]))
        self.expert_down_bias.append(tensors[5].clone())
        return len(self.expert_down)

    @torch.jit.export
    def allocate(self, tokens: int) -> int:
        """Makes the cache: `tokens` positions a layer, zeros, so that no masked value is a NaN."""
        for i in range(len(self.qkv)):
            # One allocation for both: TorchScript merges two equal calls into one tensor.
            self.flat.append(
                torch.zeros([2, tokens * self.kv_heads * self.head_dim], dtype=self.cache_kind(), device=self.embedding.device)
            )
        return 0

    @torch.jit.export
    def arrange(self, slots: int, length: int) -> int:
        """Divides the cache into `slots` of `length` positions; what was in it is void."""
        self.length = length
        self.keys.clear()
        self.values.clear()
        self.kinds = [0] * slots
        size = slots * self.kv_heads * length * self.head_dim
        for i in range(len(self.flat)):
            self.keys.append(self.flat[i][0][:size].view(slots, self.kv_heads, length, self.head_dim))
            self.values.append(self.flat[i][1][:size].view(slots, self.kv_heads, length, self.head_dim))
        return 0

    @torch.jit.export
    def rearrange(self, slots: int, length: int, kept: List[int], counts: List[int]) -> int:
        """Divides the cache anew; the old slot kept[i] with counts[i] positions becomes slot i."""
        old_keys = [x for x in self.keys]
        old_values = [x for x in self.values]
        old_kinds = [x for x in self.kinds]
        self.arrange(slots, length)
        for s in range(len(kept)):
            self.kinds[s] = old_kinds[kept[s]]
        for i in range(len(self.keys)):
            # The new slots lie over the old ones: a copy, of one layer at a time.
            keys = old_keys[i].clone()
            values = old_values[i].clone()
            for s in range(len(kept)):
                n = counts[s]
                self.keys[i][s, :, :n] = keys[kept[s], :, :n]
                self.values[i][s, :, :n] = values[kept[s], :, :n]
        return 0

    @torch.jit.export
    def copy(self, source: int, target: int, count: int) -> int:
        """Copies the first `count` positions of a slot's cache into another slot."""
        self.kinds[target] = self.kinds[source]
        for i in range(len(self.keys)):
            self.keys[i][target, :, :count] = self.keys[i][source, :, :count]
            self.values[i][target, :, :count] = self.values[i][source, :, :count]
        return 0

    @torch.jit.export
    def begin(self, slot: int, kind: int) -> int:
        """What is put into a slot from now on is turned by the rotation `kind`."""
        self.kinds[slot] = kind
        return 0

    def kind(self) -> int:
        """The type of activations in matrix products, as a number (TorchScript's dtype)."""
        if self.precision == self.BF16:
            return torch.bfloat16
        if self.precision == self.FP16:
            return torch.float16
        return torch.float32

    def cache_kind(self) -> int:
        if self.precision == self.INT8:
            return torch.bfloat16
        return self.kind()

    def paired(self, w: Tensor) -> Tensor:
        """Reorders rows so that the two numbers a rotation turns lie side by side.

        Hugging Face keeps them half a head apart, or half of the part that is turned. Queries and
        keys are reordered alike, so their products are what they were.
        """
        if w.numel() == 0:
            return w
        if self.rotated_dim < self.head_dim:
            r = self.rotated_dim
            each = w.view(-1, self.head_dim, w.size(1) if w.dim() == 2 else 1)
            turned = each[:, :r].reshape(each.size(0), 2, r // 2, each.size(2)).transpose(1, 2).reshape(each.size(0), r, each.size(2))
            return torch.cat([turned, each[:, r:]], dim=1).reshape(w.size())
        if w.dim() == 2:
            return w.view(-1, 2, self.head_dim // 2, w.size(1)).transpose(1, 2).reshape(w.size(0), w.size(1))
        return w.view(-1, 2, self.head_dim // 2).transpose(1, 2).reshape(w.size(0))

    def power_of_two(self, n: int) -> int:
        """The largest power of two, up to 64, that divides n."""
        p = 1
        while p < 64 and n % (2 * p) == 0:
            p *= 2
        return p

    def hadamard(self, n: int, like: Tensor) -> Tensor:
        """Sylvester's matrix [n, n] of 1 and -1, n a power of two; its square is n times one."""
        h = torch.ones([1, 1], device=like.device)
        while h.size(0) < n:
            h = torch.cat([torch.cat([h, h], dim=1), torch.cat([h, -h], dim=1)], dim=0)
        return h

    def spread(self, w: Tensor) -> Tensor:
        """w [rows, n] times an orthogonal matrix that gives each number a share in all n.

        Signs, then a cosine transform (DCT-II) over n / p and a Hadamard matrix over p numbers.
        """
        n = w.size(1)
        p = self.power_of_two(n)
        m = n // p
        i = torch.arange(n, dtype=torch.float64, device=w.device)
        signs = torch.where(torch.cos(i * i) < 0, -1.0, 1.0)
        j = torch.arange(m, dtype=torch.float64, device=w.device)
        cosines = torch.cos((j.unsqueeze(0) + 0.5) * j.unsqueeze(1) * (3.141592653589793 / m)) * ((2.0 / m) ** 0.5)
        cosines[0] = (1.0 / m) ** 0.5
        x = torch.matmul((w * signs.to(w.dtype)).reshape(-1, p), self.hadamard(p, w) / (float(p) ** 0.5))
        return torch.matmul(cosines.to(w.dtype), x.view(-1, m, p)).view(-1, n)

    def spread_if_int8(self, w: Tensor) -> Tensor:
        return self.spread(w) if self.precision == self.INT8 else w

    def spread_heads(self, w: Tensor) -> Tensor:
        """w [heads * head_dim, n] with each head's outputs spread over its head_dim."""
        n = w.size(1)
        each = w.view(-1, self.head_dim, n).transpose(1, 2).reshape(-1, self.head_dim)
        return self.spread(each).view(-1, n, self.head_dim).transpose(1, 2).reshape(-1, n)

    def row_scale(self, w: Tensor) -> Tensor:
        return w.abs().amax(1).clamp(min=1e-12) / 127.0

    def scale(self, w: Tensor) -> Tensor:
        """The scale of each output [out] of an int8 weight; empty for other precisions."""
        if self.precision == self.INT8:
            return self.row_scale(w)
        return torch.zeros([0], device=w.device)

    def pack(self, w: Tensor) -> Tensor:
        if self.precision == self.INT8:
            return (w / self.row_scale(w).unsqueeze(1)).round().to(torch.int8)
        return w.to(self.kind(), copy=True)

    def size(self, x: Tensor) -> Tensor:
        """The largest absolute value of each row, [rows, 1]."""
        return x.abs().amax(1, keepdim=True).clamp_(min=1e-12)

    def linear(self, x: Tensor, w: Tensor, scale: Tensor, fine: Tensor) -> Tensor:
        """x [rows, in] float32 times w [out, in], as float32 [rows, out] that the caller owns."""
        if self.precision == self.INT8:
            size = self.size(x)
            return self.product(x * (127.0 / size), w, scale, fine).mul_(size / 127.0)
        return self.float_product(x, w)

    def linear_of_norm(self, x: Tensor, norm: Tensor, w: Tensor, scale: Tensor, fine: Tensor) -> Tensor:
        """`linear` of the RMSNorm of x; in int8 w has the norm's weight in it already."""
        if self.precision == self.INT8:
            size = self.size(x)
            y = self.product(x * (127.0 / size), w, scale, fine)
            return y.mul_(size.mul_(self.shrink(x)) / 127.0)
        if norm.numel() == 0:
            return self.float_product(x, w)
        return self.float_product(self.norm(x, norm), w)

    def norm_weight(self, w: Tensor) -> Tensor:
        """What a norm multiplies by, of its weight."""
        return w.clone() if self.norm_offset == 0.0 else w + self.norm_offset

    def gated(self, g: Tensor) -> Tensor:
        """g [rows, 2 * inner], gates and what they let through, to [rows, inner]."""
        inner = g.size(1) // 2
        if self.activation == self.SILU:
            return torch.nn.functional.silu(g[:, :inner]).mul_(g[:, inner:])
        if self.activation == self.GELU:
            return torch.nn.functional.gelu(g[:, :inner], approximate="tanh").mul_(g[:, inner:])
        gate = g[:, :inner].clamp(max=7.0)
        return g[:, inner:].clamp(-7.0, 7.0).add_(1.0).mul_(torch.sigmoid(gate * 1.702).mul_(gate))

    def mixture(self, x: Tensor, i: int) -> Tensor:
        """The sum of what a row's chosen experts make of x [rows, hidden], by their probabilities.

        The router's sums are float64, so that what it chooses, rounded to float32, is not changed
        by the order in which a product of some number of rows adds up. Each expert's rows are
        filled up to a multiple of 16, and a row's experts are added in the order of their numbers.
        """
        y = self.norm(x, self.mlp_norm[i])
        logits = torch.matmul(y.to(torch.float64), self.router[i].t())
        if self.router_bias[i].numel() > 0:
            logits = logits + self.router_bias[i]
        probabilities, chosen = torch.topk(torch.softmax(logits, dim=1).to(torch.float32), self.chosen, dim=1)
        if self.normed:
            probabilities = probabilities / probabilities.sum(1, keepdim=True)
        flat = chosen.flatten()
        order = torch.argsort(flat, stable=True)
        counts = torch.jit.annotate(List[int], torch.bincount(flat, minlength=self.experts).tolist())
        rows = torch.div(order, self.chosen, rounding_mode="floor")
        shares = probabilities.flatten()[order].unsqueeze(1)
        out = torch.zeros_like(x)
        a = 0
        for e in range(self.experts):
            count = counts[e]
            if count > 0:
                mine = rows[a : a + count]
                at = i * self.experts + e
                h = torch.nn.functional.pad(y[mine], [0, 0, 0, (16 - count % 16) % 16])
                g = self.float_product(h, self.expert_gate_up[at])
                if self.expert_gate_up_bias[at].numel() > 0:
                    g = g.add_(self.expert_gate_up_bias[at])
                h = self.float_product(self.gated(g), self.expert_down[at])
                if self.expert_down_bias[at].numel() > 0:
                    h = h.add_(self.expert_down_bias[at])
                out.index_add_(0, mine, h[:count] * shares[a : a + count])
                a += count
        return out

    def linear_down(self, h: Tensor, i: int, fine: Tensor) -> Tensor:
        """The down projection of h [rows, inner]; in int8 it is mixed block by block first."""
        if self.precision == self.INT8:
            h = self.mixed(h.to(torch.bfloat16)).to(torch.float32)
        return self.linear(h, self.down[i], self.down_scale[i], fine)

    def product(self, x: Tensor, w: Tensor, scale: Tensor, fine: Tensor) -> Tensor:
        """x [rows, in] in -127 ... 127, rounded to int8, times w and its scale; rows of `fine` twice."""
        y = self.rounded_product(x, w, scale)
        if fine.size(0) > 0:
            left = x[fine]
            left = left.sub_(torch.round(left)).mul_(254.0)
            # Rows of nothing up to a multiple of 16: kernels are made for each number of rows.
            left = torch.nn.functional.pad(left, [0, 0, 0, (16 - left.size(0) % 16) % 16])
            y.index_add_(0, fine, self.rounded_product(left, w, scale)[: fine.size(0)], alpha=1.0 / 254.0)
        return y

    def float_product(self, x: Tensor, w: Tensor) -> Tensor:
        return torch.matmul(x.to(self.kind()), w.t()).to(torch.float32)

    def pack_mixing(self, w: Tensor) -> Tensor:
        return w.to(torch.bfloat16)

    def mixed(self, h: Tensor) -> Tensor:
        return torch.matmul(h.view(-1, self.mixing.size(0)), self.mixing).view(h.size(0), h.size(1))

    def rounded_product(self, x: Tensor, w: Tensor, scale: Tensor) -> Tensor:
        """x [rows, in] in -127 ... 127, rounded to int8, times w [out, in] and its scale [out]."""
        q = torch.round(x).to(torch.int8)
        return torch._int_mm(q, w.t()).to(torch.float32).mul_(scale)

    def end_kind(self) -> int:
        """The type of embedding and head. An int8 head would cost a percent of perplexity."""
        if self.precision == self.INT8:
            return torch.bfloat16
        return self.kind()

    def pack_head(self, w: Tensor) -> Tensor:
        return w

    def head_product(self, x: Tensor) -> Tensor:
        return torch.matmul(x.to(self.end_kind()), self.head.t()).to(torch.float32)

    @torch.jit.export
    def head_rows(self, tokens: Tensor) -> Tensor:
        """The head's rows for some tokens, float32 [tokens, hidden]."""
        return self.plain_head()[tokens].to(torch.float32)

    def plain_head(self) -> Tensor:
        return self.head

    def shrink(self, x: Tensor) -> Tensor:
        """What RMSNorm multiplies each row by, [..., 1]."""
        size = torch.linalg.vector_norm(x, 2, [-1], True)
        return torch.rsqrt(size.square_().div_(float(x.size(-1))).add_(self.eps))

    def norm(self, x: Tensor, weight: Tensor) -> Tensor:
        """RMSNorm over the last dimension."""
        return (x * self.shrink(x)).mul_(weight)

    def rotated(self, y: Tensor, i: int, turn: Tensor) -> List[Tensor]:
        """y [rows, (heads + 2 kv_heads) * dim] to q (scaled), k and v, in the cache's type."""
        rows = y.size(0)
        both = self.heads + self.kv_heads
        y = y.view(rows, both + self.kv_heads, self.head_dim)
        qk = y[:, :both]
        if self.q_norm[i].numel() > self.head_dim:
            q = self.norm(y[:, : self.heads].reshape(rows, -1), self.q_norm[i])
            k = self.norm(y[:, self.heads : both].reshape(rows, -1), self.k_norm[i])
            qk = torch.cat([q, k], dim=1).view(rows, both, self.head_dim)
        elif self.q_norm[i].numel() > 0:
            qk = torch.cat([self.norm(y[:, : self.heads], self.q_norm[i]), self.norm(y[:, self.heads : both], self.k_norm[i])], dim=1)
        pairs = torch.view_as_complex(qk.unflatten(2, [self.head_dim // 2, 2]))
        qk = torch.view_as_real(pairs * turn).flatten(2)
        qk[:, : self.heads].mul_(self.scale_of_scores)
        qk = qk.to(self.cache_kind())
        return [qk[:, : self.heads], qk[:, self.heads :], y[:, both:].to(self.cache_kind())]

    def reach(self, positions: int) -> int:
        """How many positions attention sums over for so many: more, of weight 0, change nothing.

        But the sum must have one order whatever the reach. oneDNN 3.7 sums up to 512 terms, and more
        than 1024, one after the other, and those between in two halves: they are avoided.
        """
        r = (positions + 31) // 32 * 32
        if r > 512 and r <= 1024:
            r = 1056
        return min(r, self.length)

    def weights(self, i: int, scores: Tensor, mask: Tensor, heads: List[int]) -> Tensor:
        """Softmax of scores [..., length], which it may overwrite; `heads` is how a number a head lies."""
        if self.cap_of_scores > 0.0:
            scores = torch.tanh(scores / self.cap_of_scores).mul_(self.cap_of_scores)
        scores = scores.add_(mask)
        if self.has_sinks:
            # The sink comes first: behind, its place in the sum would depend on the length.
            shape = [x for x in scores.size()]
            shape[len(shape) - 1] = 1
            sunk = torch.cat([self.sinks[i].view(heads).expand(shape), scores], dim=-1)
            return torch.softmax(sunk, dim=-1)[..., 1:].contiguous()
        return torch.softmax(scores, dim=-1)

    def attend_one(self, i: int, q: Tensor, mask: Tensor) -> Tensor:
        """One new row a slot: q [n, heads, dim], mask [n, 1, length] to [n, heads * dim]."""
        n = q.size(0)
        length = self.length
        group = self.heads // self.kv_heads
        # Whole slots: a product of slices that are not contiguous would copy them first.
        keys = self.keys[i][:n].view(n * self.kv_heads, length, self.head_dim)
        values = self.values[i][:n].view(n * self.kv_heads, length, self.head_dim)
        q = q.reshape(n * self.kv_heads, group, self.head_dim)
        if self.keys[i].dtype == torch.float32 or self.keys[i].is_cuda:
            scores = torch.bmm(q, keys.transpose(1, 2))
        else:
            # Faster on CPUs than reading the keys transposed.
            scores = torch.bmm(keys, q.transpose(1, 2)).transpose(1, 2).contiguous()
        weights = self.weights(i, scores.view(n, self.heads, length), mask, [1, self.heads, 1])
        return torch.bmm(weights.view(n * self.kv_heads, group, length), values).view(n, self.heads * self.head_dim)

    def attend_run(self, i: int, q: Tensor, slot: int, mask: Tensor) -> Tensor:
        """Rows of one prompt: q [t, heads, dim], mask [t, length] to [t, heads * dim]."""
        t = q.size(0)
        length = mask.size(1)
        group = self.heads // self.kv_heads
        keys = self.keys[i][slot, :, :length]
        values = self.values[i][slot, :, :length]
        q = q.view(t, self.kv_heads, group, self.head_dim).permute(1, 2, 0, 3).reshape(self.kv_heads, group * t, self.head_dim)
        scores = torch.bmm(q, keys.transpose(1, 2)).view(self.kv_heads, group, t, length)
        weights = self.weights(i, scores, mask, [self.kv_heads, group, 1, 1]).view(self.kv_heads, group * t, length)
        a = torch.bmm(weights, values).view(self.kv_heads, group, t, self.head_dim)
        return a.permute(2, 0, 1, 3).reshape(t, self.heads * self.head_dim)

    @torch.jit.export
    def step(self, tokens: Tensor, positions: Tensor, decode: int, runs: List[int], rows: Tensor, fine: Tensor, exact: bool) -> List[Tensor]:
        """Works on `tokens` [r] at `positions` [r] and returns logits for the asked `rows` [m].

        The first `decode` rows belong to the slots 0 ... decode - 1, each at its own position; a slot
        that does not generate has its row's position beyond what it will ever read. `runs` holds four numbers for each run of
        prompt rows: slot, first row, number of rows, first position. `fine` [f] are places in `rows`
        whose rows int8 takes more exactly: 0 ... m - 1, each at most once. With `exact`, attention of
        generating rows goes slot by slot, each over its own length rounded up to 64.

        Returns the most probable token of each asked row [m], the logits [m, vocab], which in low
        precisions are rounded to bfloat16 or float16, and what the head was given, float32 [m, hidden].
        """
        device = tokens.device
        cache = self.cache_kind()
        low = float("-inf")
        at = positions
        if self.varying:
            at = at + torch.tensor(self.kinds_of_rows(tokens.size(0), decode, runs), device=device) * self.positions
        turns: List[Tensor] = []
        for r in range(self.rotations):
            turns.append(self.turns[at + r * self.positions if r > 0 else at].unsqueeze(1))
        places = torch.arange(self.length, device=device)
        here = positions[:decode]
        slots = torch.arange(decode, device=device)
        one_mask = torch.zeros([0], device=device)
        near_mask = one_mask
        own: List[int] = []
        if decode > 0:
            one_mask = torch.zeros([decode, 1, self.length], dtype=cache, device=device)
            one_mask = one_mask.masked_fill_((places.unsqueeze(0) > here.unsqueeze(1)).unsqueeze(1), low)
            if self.window > 0:
                near_mask = one_mask.masked_fill((places.unsqueeze(0) <= here.unsqueeze(1) - self.window).unsqueeze(1), low)
            if exact:
                own = torch.jit.annotate(List[int], here.tolist())
        masks: List[Tensor] = []
        near_masks: List[Tensor] = []
        for r in range(len(runs) // 4):
            start = runs[4 * r + 3]
            count = runs[4 * r + 2]
            end = self.reach(start + count)
            masks.append(torch.full([count, end], low, dtype=cache, device=device).triu_(start + 1))
            if self.window > 0:
                near_masks.append(torch.full([count, end], low, dtype=cache, device=device).tril_(start - self.window).add_(masks[r]))
        x = self.embedding[tokens].to(torch.float32)
        if self.scale_of_embedding != 1.0:
            x = x.mul_(self.scale_of_embedding)
        fine_rows = rows[fine]
        last = len(self.qkv) - 1
        for i in range(len(self.qkv)):
            y = self.linear_of_norm(x, self.attention_norm[i], self.qkv[i], self.qkv_scale[i], fine_rows)
            if self.qkv_bias[i].numel() > 0:
                y = y.add_(self.qkv_bias[i])
            q, k, v = self.rotated(y, i, turns[self.rotation[i]])
            near = self.windowed[i] > 0
            one = near_mask if near else one_mask
            parts: List[Tensor] = []
            if decode > 0:
                self.keys[i].index_put_([slots, None, here], k[:decode])
                self.values[i].index_put_([slots, None, here], v[:decode])
                if exact:
                    for s in range(decode):
                        bound = min(own[s] // 64 * 64 + 64, self.length)
                        parts.append(self.attend_slot(i, q[s : s + 1], s, one[s : s + 1, :, :bound]))
                else:
                    parts.append(self.attend_one(i, q[:decode], one))
            for r in range(len(masks)):
                slot = runs[4 * r]
                a = runs[4 * r + 1]
                b = a + runs[4 * r + 2]
                start = runs[4 * r + 3]
                self.keys[i][slot, :, start : start + b - a] = k[a:b].transpose(0, 1)
                self.values[i][slot, :, start : start + b - a] = v[a:b].transpose(0, 1)
                parts.append(self.attend_run(i, q[a:b], slot, near_masks[r] if near else masks[r]))
            filled = torch.cat(parts, dim=0) if len(parts) > 1 else parts[0]
            if filled.size(0) < x.size(0):
                filled = torch.nn.functional.pad(filled, [0, 0, 0, x.size(0) - filled.size(0)])
            if i == last:
                x = x[rows]
                filled = filled[rows]
                fine_rows = fine
            o = self.linear(filled.to(torch.float32), self.out[i], self.out_scale[i], fine_rows)
            if self.out_bias[i].numel() > 0:
                o = o.add_(self.out_bias[i])
            if self.attention_post_norm[i].numel() > 0:
                o = self.norm(o, self.attention_post_norm[i])
            if self.scale_of_parts != 1.0:
                o = o.mul_(self.scale_of_parts)
            x = x.add_(o)
            if self.experts > 0:
                h = self.mixture(x, i)
            else:
                g = self.linear_of_norm(x, self.mlp_norm[i], self.gate_up[i], self.gate_up_scale[i], fine_rows)
                h = self.linear_down(self.gated(g), i, fine_rows)
            if self.mlp_post_norm[i].numel() > 0:
                h = self.norm(h, self.mlp_post_norm[i])
            if self.scale_of_parts != 1.0:
                h = h.mul_(self.scale_of_parts)
            x = x.add_(h)
        x = self.norm(x, self.final_norm)
        logits = self.head_product(x)
        if self.cap_of_logits > 0.0:
            logits = torch.tanh(logits / self.cap_of_logits).mul_(self.cap_of_logits)
        return [logits.argmax(1), logits, x]

    def kinds_of_rows(self, count: int, decode: int, runs: List[int]) -> List[int]:
        """The rotation of each row's slot."""
        kinds = self.kinds[:decode] + [0] * (count - decode)
        for r in range(len(runs) // 4):
            for row in range(runs[4 * r + 1], runs[4 * r + 1] + runs[4 * r + 2]):
                kinds[row] = self.kinds[runs[4 * r]]
        return kinds

    @torch.jit.export
    def probe_products(self, rows: int, width: int, outputs: int, times: int) -> float:
        """For benchmarks: multiplies as the layers do, int8 activations [rows, width] that are ready."""
        w = torch.ones([outputs, width])
        packed = self.pack(w)
        scale = self.scale(w)
        x = torch.ones([rows, width])
        total = 0.0
        for i in range(times):
            # Used, or TorchScript would leave the product out.
            total += float(self.rounded_product(x, packed, scale)[0, 0])
        return total

    @torch.jit.export
    def probe_reads(self, numbers: int, times: int) -> float:
        """For benchmarks: reads `numbers` float32 from memory, `times` times."""
        x = torch.ones([numbers])
        total = 0.0
        for i in range(times):
            total += float(x.sum())
        return total

    def attend_slot(self, i: int, q: Tensor, slot: int, mask: Tensor) -> Tensor:
        """One new row of one slot: q [1, heads, dim], mask [1, 1, length] to [1, heads * dim]."""
        length = mask.size(2)
        group = self.heads // self.kv_heads
        mine = q.reshape(self.kv_heads, group, self.head_dim)
        scores = torch.bmm(mine, self.keys[i][slot, :, :length].transpose(1, 2))
        weights = self.weights(i, scores, mask, [self.kv_heads, group, 1])
        return torch.bmm(weights, self.values[i][slot, :, :length]).view(1, self.heads * self.head_dim)

    def forward(self, tokens: Tensor) -> Tensor:
        """There for TorchScript, which wants one; the judge calls the methods above."""
        return tokens


class OneDnnDecoder(Decoder):
    """The decoder with oneDNN's packed matrices for int8 and bfloat16."""

    def pack(self, w: Tensor) -> Tensor:
        if self.precision == self.INT8:
            q = (w / self.row_scale(w).unsqueeze(1)).round().to(torch.int8)
            return torch.ops.onednn.qlinear_prepack(q, None)
        if self.precision == self.BF16:
            return torch.ops.mkldnn._reorder_linear_weight(w.to(torch.bfloat16), None)
        return w.to(self.kind(), copy=True)

    def float_product(self, x: Tensor, w: Tensor) -> Tensor:
        if self.precision == self.BF16:
            return torch.ops.mkldnn._linear_pointwise(x.to(torch.bfloat16), w, None, "none", [], "").to(torch.float32)
        return torch.matmul(x.to(self.kind()), w.t()).to(torch.float32)

    def pack_mixing(self, w: Tensor) -> Tensor:
        return torch.ops.mkldnn._reorder_linear_weight(w.to(torch.bfloat16), None)

    def mixed(self, h: Tensor) -> Tensor:
        blocks = h.view(-1, self.mixing.size(1))
        return torch.ops.mkldnn._linear_pointwise(blocks, self.mixing, None, "none", [], "").view(h.size(0), h.size(1))

    def plain_head(self) -> Tensor:
        return self.head.to_dense() if self.head.is_mkldnn else self.head

    def pack_head(self, w: Tensor) -> Tensor:
        if self.end_kind() == torch.bfloat16:
            return torch.ops.mkldnn._reorder_linear_weight(w, None)
        return w

    def head_product(self, x: Tensor) -> Tensor:
        if self.end_kind() == torch.bfloat16:
            return torch.ops.mkldnn._linear_pointwise(x.to(torch.bfloat16), self.head, None, "none", [], "").to(torch.float32)
        return torch.matmul(x.to(self.end_kind()), self.head.t()).to(torch.float32)

    def rounded_product(self, x: Tensor, w: Tensor, scale: Tensor) -> Tensor:
        # Unsigned with zero point 128: what the processor's instructions multiply. The bytes are
        # taken as they lie: int_repr would copy them one by one.
        points = torch.quantize_per_tensor(x, 1.0, 128, torch.quint8)
        q = torch.empty([0], dtype=torch.uint8).set_(points, 0, x.size(), [x.size(1), 1])
        return torch.ops.onednn.qlinear_pointwise(
            q, 1.0, 128, w, scale, self.zero_points(scale), None, 1.0, 0, torch.float32, "none", [], ""
        )

    def zero_points(self, scale: Tensor) -> Tensor:
        """Zeros [out]; kept, since every product of a step asks for some."""
        if self.no_points.size(0) < scale.size(0):
            self.no_points = torch.zeros([scale.size(0)], dtype=torch.long)
        return self.no_points[: scale.size(0)]


NAMES = ["decoder", "decoder-onednn"]


def settle(archive: pathlib.Path) -> None:
    """Rewrites a TorchScript archive so that its bytes depend on the code and on torch alone.

    Left out are the debug data, which name the files of the machine that made it, and the id made of
    them; a module's constants, which come in the order of a Python set, are sorted. Nothing is
    compressed (the jar does that), since zlib's output is its version's.
    """
    with zipfile.ZipFile(archive) as old:
        records = {name: old.read(name) for name in sorted(old.namelist())}
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as new:
        for name, data in records.items():
            if name.endswith((".debug_pkl", "/.data/serialization_id")):
                continue
            if name.endswith(".py"):
                data = re.sub(rb"(?m)(^  \w+ : Final\[.*\n)+", sorted_lines, data)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system = 3
            new.writestr(entry, data)


def sorted_lines(lines: re.Match) -> bytes:
    return b"".join(sorted(lines.group().splitlines(keepends=True)))


def write(folder: pathlib.Path, name: str, decoder: Decoder) -> None:
    target = folder / f"{name}.pt"
    torch.jit.script(decoder.eval()).save(str(target))
    settle(target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    (folder / f"{name}.pt.sha256").write_text(f"{digest}  {name}.pt\n")
    print(f"{target}: {target.stat().st_size} bytes, sha256 {digest}")


def check(committed: pathlib.Path) -> None:
    """Ends with 1 where an export elsewhere gives other bytes than the committed ones."""
    differing = []
    with tempfile.TemporaryDirectory() as work:
        for number, place in enumerate(["one", "another folder"]):
            folder = pathlib.Path(work) / place
            folder.mkdir()
            script = shutil.copy(__file__, folder)
            # Sets of strings are in another order under each seed.
            environment = os.environ | {"PYTHONHASHSEED": str(number + 1)}
            subprocess.run([sys.executable, script, folder], check=True, env=environment, stdout=subprocess.DEVNULL)
            for name in (file for graph in NAMES for file in (f"{graph}.pt", f"{graph}.pt.sha256")):
                made = (folder / name).read_bytes()
                if made != (committed / name).read_bytes():
                    differing.append(f"{committed / name} differs from the export in {folder}")
                if work.encode() in made:
                    differing.append(f"{name} holds the path of the folder that it was made in")
    print("\n".join(differing) or f"{committed}: {', '.join(NAMES)}: the same bytes from two folders")
    sys.exit(1 if differing else 0)


def main() -> None:
    if sys.argv[1] == "--check":
        check(pathlib.Path(sys.argv[2]))
    folder = pathlib.Path(sys.argv[1])
    for name, decoder in zip(NAMES, [Decoder(), OneDnnDecoder()], strict=True):
        write(folder, name, decoder)


if __name__ == "__main__":
    main()
