"""Small tables, fitted on drawn scenes by bench/fit_look.py: which instants are contacts, which stirring is what."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SHIPPED = Path(__file__).with_name("fitted.json")
_source = SHIPPED
PARTS = ("middle", "spread", "inner", "inner_shift", "out", "out_shift")


@dataclass(frozen=True, slots=True)
class Table:
    """One hidden layer: outputs = out @ tanh(inner @ (features - middle) / spread + inner_shift) + out_shift."""

    middle: Floats
    spread: Floats
    inner: Floats
    inner_shift: Floats
    out: Floats
    out_shift: Floats

    def __call__(self, features: Floats) -> Floats:
        """`[n, features]` to `[n, outputs]`."""
        hidden = np.tanh(np.clip((features - self.middle) / self.spread, -6, 6) @ self.inner.T + self.inner_shift)
        return np.asarray(hidden @ self.out.T + self.out_shift)


@lru_cache(maxsize=1)
def _tables() -> dict[str, tuple[Table, ...] | tuple[str, ...]]:
    raw = json.loads(_source.read_text(encoding="utf-8"))
    tables: dict[str, tuple[Table, ...] | tuple[str, ...]] = {
        name: tuple(Table(**{k: np.array(v, dtype=np.float64) for k, v in one.items()}) for one in raw[name])
        for name in ("contacts", "instants", "textures")
    }
    tables["labels"] = tuple(raw["labels"])
    return tables


def read_from(path: Path) -> None:
    """Take the tables from another file from now on, as while fitting."""
    global _source
    _source = path
    _tables.cache_clear()


def contact_outputs(features: Floats) -> Floats:
    """`[n, 3]`: log odds of a contact, its time in frames after the sample, log odds that it is a footfall."""
    return _mean("contacts", features)


def instant_outputs(features: Floats) -> Floats:
    """`[n]`: log odds of a contact from what several candidates of one instant say together."""
    return _mean("instants", features)[:, 0]


def texture_shares(features: Sequence[Sequence[float]]) -> dict[str, Floats]:
    """Probability over time of every texture that has a name."""
    logits = _mean("textures", np.array(features, dtype=np.float64))
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    return {str(label): shares[:, k] for k, label in enumerate(_tables()["labels"]) if label}


def _mean(name: str, features: Floats) -> Floats:
    """Several tables fitted alike are surer together than each."""
    tables = _tables()[name]
    return np.asarray(np.mean([table(features) for table in tables if isinstance(table, Table)], axis=0))
