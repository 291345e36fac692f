"""Finished stems measured in one pass: loudness by 100 ms, and true peaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from engine import limiter
from engine.instruments import dsp
from engine.media import loudness
from engine.media.side_by_side import side_by_side
from engine.stems import SceneStems, blocks
from engine.types import Layer, Samples

MARGIN = 64  # samples a side that the true peak of a span needs


@dataclass(slots=True)
class Survey:
    """K-weighted mean squares over all scenes, handles left out, and true peaks, handles included."""

    hops: Mapping[str, dsp.Array]  # "ambient", "action", "material", "events": of each 100 ms
    common: dsp.Array  # 2 x mean of the product of weighted ambience and events, of each 100 ms
    events_cells: list[dsp.Array]  # a scene: the events' mean square in each cell of the limiter
    true_peaks: dsp.Array  # linear: ambient, action, material, mix; 0 where not asked for

    def scaled(self, ambient_db: float, events_db: float) -> dict[str, dsp.Array]:
        """The hops after a gain on either group, the mix among them."""
        a, e = dsp.db(ambient_db), dsp.db(events_db)
        hops = {name: hops * (a if name == "ambient" else e) ** 2 for name, hops in self.hops.items()}
        hops["mix"] = np.maximum(hops["ambient"] + hops["events"] + a * e * self.common, 0.0)
        return hops


def survey(scenes: Sequence[SceneStems], *, true_peaks: bool = False) -> Survey:
    """Measure the finished stems of scenes, one after the other, as they are now."""
    parts = [_survey_scene(scene, true_peaks) for scene in scenes]
    names = (*(layer.value for layer in Layer), "events")
    return Survey(
        {name: np.concatenate([np.zeros(0), *(part.hops[name] for part in parts)]) for name in names},
        np.concatenate([np.zeros(0), *(part.common for part in parts)]),
        [cells for part in parts for cells in part.events_cells],
        np.max([np.zeros(4), *(part.true_peaks for part in parts)], axis=0),
    )


def cells_in_minutes(cells: dsp.Array) -> Iterator[tuple[int, dsp.Array]]:
    """The limiter's cells a minute at a time: the number of the first, and those."""
    each = 600 * loudness.HOP // limiter.CELL
    yield from ((first, cells[first : first + each]) for first in range(0, max(len(cells), 1), each))


def hops_of(cells: dsp.Array) -> dsp.Array:
    """Means of each 100 ms from those of the limiter's cells, the last one padded with silence."""
    each = loudness.HOP // limiter.CELL
    return np.asarray(np.pad(cells, (0, -len(cells) % each)).reshape(-1, each).mean(axis=1))


def _survey_scene(scene: SceneStems, true_peaks: bool) -> Survey:
    filters = {layer: loudness.KWeighting() for layer in Layer}
    means = {name: loudness.Means(loudness.HOP) for name in (*Layer, "common")}
    cells = loudness.Means(limiter.CELL)
    highest = [[0.0] * 4]
    for first, last, shown in _spans(scene):
        read = side_by_side(partial(_read, scene, first, last), Layer)
        if true_peaks:
            highest.append(_peaks(read))
        inner = [sound[:, MARGIN:-MARGIN][:, shown] for sound in read]
        weigh = zip((filters[layer] for layer in Layer), inner, strict=True)
        ambient, action, material = side_by_side(lambda pair: pair[0].apply(pair[1]), weigh)
        for layer, sound in zip(Layer, (ambient, action, material), strict=True):
            means[layer].feed(np.square(sound).sum(axis=0))
        events = action + material
        cells.feed(np.square(events).sum(axis=0))
        means["common"].feed(2.0 * (events * ambient).sum(axis=0))
    hops = {str(name): mean.means() for name, mean in means.items()}
    common = hops.pop("common")
    hops["events"] = np.asarray(hops_of(cells.means()), dtype=np.float64)
    return Survey(hops, common, [cells.means().astype(np.float32)], np.max(highest, axis=0))


def _spans(scene: SceneStems) -> Iterator[tuple[int, int, slice]]:
    """Blocks of all that was sounded, and which of their samples the cut shows."""
    for first, last in blocks(*scene.sounded):
        lo, hi = (min(max(edge, first), last) - first for edge in (scene.first, scene.last))
        yield first, last, slice(lo, hi)


def _read(scene: SceneStems, first: int, last: int, layer: Layer) -> Samples:
    return scene.read(layer, first - MARGIN, last + MARGIN)


def _peaks(stems: Sequence[Samples]) -> list[float]:
    mix = np.asarray(sum(stems), dtype=np.float32)
    return side_by_side(loudness.true_peak, (*stems, mix))
