#!/usr/bin/env python3
"""Writes the TorchScript decoder that the DJL judge runs, and its checksum.

The artefact holds no weights: Java hands them over layer by layer after loading it. It is small and
is committed, so nobody needs Python or torch to build or to run Assize. Make it again, with
torch 2.7.1 (the libtorch that DJL 0.36 brings), only when this file changes:

    pip install torch==2.7.1
    python scripts/model/export_llama.py src/main/resources/io/assize/judge/djl
"""

import hashlib
import pathlib
import sys
from typing import List

import torch
from torch import Tensor


class Llama(torch.nn.Module):
    """The Llama decoder (RMSNorm, rotary positions, grouped-query attention, SwiGLU).

    Weights keep Hugging Face's layout, [out, in], with rotary dimensions in halves. Caches are
    [slots, kv_heads, length, head_dim] a layer. One call works on one prompt (`prefill`) or takes
    one step for every slot (`decode`).

    A row's arithmetic depends on its own tokens and on the number of slots only: `prefill` sees one
    prompt, `decode` always multiplies all slots' rows, live or not, and attention runs slot by slot
    over that slot's own length.
    """

    embedding: Tensor
    final_norm: Tensor
    head: Tensor
    cos: Tensor
    sin: Tensor
    attention_norm: List[Tensor]
    qkv: List[Tensor]
    out: List[Tensor]
    mlp_norm: List[Tensor]
    gate_up: List[Tensor]
    down: List[Tensor]
    keys: List[Tensor]
    values: List[Tensor]

    def __init__(self):
        super().__init__()
        self.heads = 0
        self.kv_heads = 0
        self.head_dim = 0
        self.slots = 0
        self.length = 0
        self.eps = 0.0
        self.embedding = torch.zeros(0)
        self.final_norm = torch.zeros(0)
        self.head = torch.zeros(0)
        self.cos = torch.zeros(0)
        self.sin = torch.zeros(0)
        self.attention_norm = torch.jit.annotate(List[Tensor], [])
        self.qkv = torch.jit.annotate(List[Tensor], [])
        self.out = torch.jit.annotate(List[Tensor], [])
        self.mlp_norm = torch.jit.annotate(List[Tensor], [])
        self.gate_up = torch.jit.annotate(List[Tensor], [])
        self.down = torch.jit.annotate(List[Tensor], [])
        self.keys = torch.jit.annotate(List[Tensor], [])
        self.values = torch.jit.annotate(List[Tensor], [])

    @torch.jit.export
    def configure(self, heads: int, kv_heads: int, head_dim: int, slots: int, length: int, eps: float, inv_freq: Tensor) -> int:
        """Sets the shape; `inv_freq` [head_dim / 2] are the rotary frequencies, scaling applied."""
        self.heads = heads
        self.kv_heads = kv_heads
        self.head_dim = head_dim
        self.slots = slots
        self.length = length
        self.eps = eps
        angles = torch.outer(torch.arange(length, dtype=torch.float32, device=inv_freq.device), inv_freq)
        self.cos = torch.cat([angles, angles], dim=1).cos()
        self.sin = torch.cat([angles, angles], dim=1).sin()
        return 0

    @torch.jit.export
    def set_ends(self, embedding: Tensor, final_norm: Tensor, head: Tensor) -> int:
        """Takes the embedding [vocab, hidden] and the head; an empty head means a tied one."""
        self.embedding = embedding.clone()
        self.final_norm = final_norm.clone()
        if head.numel() == 0:
            self.head = self.embedding
        else:
            self.head = head.clone()
        return 0

    @torch.jit.export
    def add_layer(self, attention_norm: Tensor, q: Tensor, k: Tensor, v: Tensor, o: Tensor, mlp_norm: Tensor, gate: Tensor, up: Tensor, down: Tensor) -> int:
        """Takes the next layer's weights; nothing of the caller's memory is kept."""
        self.attention_norm.append(attention_norm.clone())
        self.qkv.append(torch.cat([q, k, v], dim=0))
        self.out.append(o.clone())
        self.mlp_norm.append(mlp_norm.clone())
        self.gate_up.append(torch.cat([gate, up], dim=0))
        self.down.append(down.clone())
        # One allocation for both: TorchScript merges two equal calls of torch.empty into one tensor.
        shape = [2, self.slots, self.kv_heads, self.length, self.head_dim]
        cache = torch.empty(shape, dtype=q.dtype, device=q.device)
        self.keys.append(cache[0])
        self.values.append(cache[1])
        return len(self.qkv)

    def norm(self, x: Tensor, weight: Tensor) -> Tensor:
        return weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))

    def rotate(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        """x [rows, heads, head_dim], cos and sin [rows, 1, head_dim]."""
        half = self.head_dim // 2
        turned = torch.cat([-x[:, :, half:], x[:, :, :half]], dim=-1)
        return x * cos + turned * sin

    def mlp(self, i: int, x: Tensor) -> Tensor:
        both = torch.matmul(self.norm(x, self.mlp_norm[i]), self.gate_up[i].t())
        gate, up = both.chunk(2, dim=-1)
        return torch.matmul(torch.nn.functional.silu(gate) * up, self.down[i].t())

    def project(self, i: int, x: Tensor, cos: Tensor, sin: Tensor) -> List[Tensor]:
        """x [rows, hidden] to q [rows, heads, dim], k and v [rows, kv_heads, dim]."""
        rows = x.size(0)
        qkv = torch.matmul(self.norm(x, self.attention_norm[i]), self.qkv[i].t())
        qkv = qkv.view(rows, self.heads + 2 * self.kv_heads, self.head_dim)
        q = self.rotate(qkv[:, : self.heads], cos, sin)
        k = self.rotate(qkv[:, self.heads : self.heads + self.kv_heads], cos, sin)
        v = qkv[:, self.heads + self.kv_heads :]
        return [q, k, v]

    @torch.jit.export
    def prefill(self, tokens: Tensor, slot: int, start: int) -> Tensor:
        """Reads `tokens` [t] into `slot` from position `start` on; logits [vocab] after the last."""
        t = tokens.size(0)
        end = start + t
        group = self.heads // self.kv_heads
        scale = 1.0 / (float(self.head_dim) ** 0.5)
        cos = self.cos[start:end].unsqueeze(1)
        sin = self.sin[start:end].unsqueeze(1)
        mask = torch.full([t, end], float("-inf"), device=tokens.device).triu(start + 1)
        x = self.embedding[tokens]
        for i in range(len(self.qkv)):
            q, k, v = self.project(i, x, cos, sin)
            self.keys[i][slot, :, start:end] = k.transpose(0, 1)
            self.values[i][slot, :, start:end] = v.transpose(0, 1)
            past_k = self.keys[i][slot, :, :end]
            past_v = self.values[i][slot, :, :end]
            q = q.view(t, self.kv_heads, group, self.head_dim).permute(1, 2, 0, 3).reshape(self.kv_heads, group * t, self.head_dim)
            scores = torch.bmm(q, past_k.transpose(1, 2)).mul_(scale).view(self.kv_heads, group, t, end)
            weights = torch.softmax(scores.add_(mask), dim=-1).view(self.kv_heads, group * t, end)
            a = torch.bmm(weights, past_v).view(self.kv_heads, group, t, self.head_dim)
            a = a.permute(2, 0, 1, 3).reshape(t, self.heads * self.head_dim)
            x = x + torch.matmul(a, self.out[i].t())
            x = x + self.mlp(i, x)
        return torch.mv(self.head, self.norm(x[t - 1], self.final_norm))

    @torch.jit.export
    def decode(self, tokens: Tensor, positions: List[int]) -> Tensor:
        """One step for all slots: `tokens` [slots] at `positions`; a position below 0 is a free slot.

        Returns logits [slots, vocab]; a free slot's row means nothing.
        """
        group = self.heads // self.kv_heads
        scale = 1.0 / (float(self.head_dim) ** 0.5)
        at = torch.tensor(positions, device=tokens.device).clamp(min=0)
        cos = self.cos[at].unsqueeze(1)
        sin = self.sin[at].unsqueeze(1)
        x = self.embedding[tokens]
        for i in range(len(self.qkv)):
            q, k, v = self.project(i, x, cos, sin)
            a = torch.zeros_like(q)
            for s in range(self.slots):
                p = positions[s]
                if p >= 0:
                    self.keys[i][s, :, p] = k[s]
                    self.values[i][s, :, p] = v[s]
                    past_k = self.keys[i][s, :, : p + 1]
                    past_v = self.values[i][s, :, : p + 1]
                    mine = q[s].view(self.kv_heads, group, self.head_dim)
                    weights = torch.softmax(torch.bmm(mine, past_k.transpose(1, 2)).mul_(scale), dim=-1)
                    a[s] = torch.bmm(weights, past_v).view(self.heads, self.head_dim)
            x = x + torch.matmul(a.view(self.slots, self.heads * self.head_dim), self.out[i].t())
            x = x + self.mlp(i, x)
        return torch.matmul(self.norm(x, self.final_norm), self.head.t())

    def forward(self, tokens: Tensor) -> Tensor:
        """There for TorchScript, which wants one; the judge calls the methods above."""
        return self.prefill(tokens, 0, 0)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    target = folder / "llama.pt"
    torch.jit.script(Llama().eval()).save(str(target))
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    (folder / "llama.pt.sha256").write_text(f"{digest}  llama.pt\n")
    print(f"{target}: {target.stat().st_size} bytes, sha256 {digest}")


if __name__ == "__main__":
    main()
