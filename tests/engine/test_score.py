from __future__ import annotations

import json
import os
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.score import reading
from engine.score.reading import from_json, read_scores
from engine.score.score import Mix, Provenance, Score, to_json, write_scores
from engine.types import Curve, Layer, Note, OutputError, Place, ScoreError


def note(**changes: Any) -> Note:
    made = Note(
        id="n1",
        event="e1",
        layer=Layer.ACTION,
        instrument="contact",
        start_s=1.25,
        duration_s=0.1,
        params={"striker": "wood", "struck": "metal", "energy": 0.7},
        place=Place(-0.3, 2.5, "kitchen"),
        seed=77,
        because="hit-1",
    )
    return replace(made, **changes)


def score(*notes: Note, mix: Mix | None = None) -> Score:
    return Score(0, Fraction(1001, 24000), Fraction(5), notes or (note(),), mix, Provenance(words="a pot, 锅"))


finite = st.floats(-100, 100).map(lambda value: round(value, 9))


@settings(max_examples=60, deadline=None)
@given(
    start=finite,
    gain=st.floats(-60, 20),
    energy=st.floats(0, 1),
    pan=st.one_of(
        st.floats(-1, 1), st.builds(lambda a, b: Curve((0.0, 1.0), (a, b)), st.floats(-1, 1), st.floats(-1, 1))
    ),
    seed=st.integers(0, 2**32 - 1),
    duck=st.lists(st.floats(-6, 0), min_size=1, max_size=5),
)
def test_a_score_comes_back_from_json_to_the_bit(
    start: float, gain: float, energy: float, pan: float | Curve, seed: int, duck: list[float]
) -> None:
    one = note(start_s=start, gain_db=gain, params={"energy": energy}, place=Place(pan, 3.0, "hall"), seed=seed)
    mix = Mix(dict.fromkeys(Layer, gain), Curve(tuple(float(i) for i in range(len(duck))), tuple(duck)))
    before = [score(one, mix=mix)]
    assert from_json(json.loads(json.dumps(to_json(before)))) == before


def test_a_score_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.score.json"
    write_scores(path, [score()])
    kept = path.read_bytes()
    with pytest.raises(OutputError, match="never overwritten"):
        write_scores(path, [score(note(id="other"))])
    assert path.read_bytes() == kept
    assert read_scores(path) == [score()]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"instrument": "kazoo"}, "there is no instrument 'kazoo'"),
        ({"params": {"energy": 1.5}}, r"n1.*contact.*energy is 1.5.*0 to 1"),
        ({"params": {"energy": "much"}}, r"n1.*energy is 'much'"),
        ({"params": {"struck": "cheese"}}, r"n1.*struck is 'cheese'.*wood"),
        ({"params": {"volume": 3}}, r"n1.*no parameter 'volume'.*energy"),
        ({"layer": "ambient"}, r"n1.*layer is 'ambient'.*action"),
        ({"layer": "music"}, r"n1.*layer is 'music'.*ambient, action, material"),
        ({"start_s": "soon"}, r"n1.*start_s is 'soon'"),
        ({"start_s": None}, r"n1.*start_s.*missing"),
        ({"duration_s": -1}, r"n1.*duration_s is -1.*0 to"),
        ({"gain_db": 400}, r"n1.*gain_db is 400.*36 dB"),
        ({"place": {"room": "moon"}}, r"n1.*place.room is 'moon'.*church"),
        ({"place": {"pan": 2}}, r"n1.*place.pan is 2.*-1 to 1"),
        ({"place": {"distance_m": 0}}, r"n1.*distance_m is 0"),
        ({"params": {"energy": {"times_s": [1, 0], "values": [0, 1]}}}, r"n1.*curve"),
        ({"tempo": 3}, r"n1.*no field 'tempo'"),
        ({"seed": 1.5}, r"n1.*seed is 1.5; it is a whole number"),
        ({"id": 7}, "id is 7"),
        ({"start_s": int("1" + "0" * 400)}, r"n1.*start_s is 10+…; it is a finite number"),
        ({"duration_s": 120.5}, r"n1.*duration_s is 120.5.*0 to 120 s"),
        ({"invert": "false"}, r"n1.*invert is 'false'.*true or false"),
        ({"event": 5}, r"n1.*event is 5; it is text"),
        ({"entry": None}, r"n1.*entry is None; it is text"),
        ({"because": {}}, r"n1.*because is {}; it is text"),
        ({"because": "\ud800"}, r"n1.*because is .*no valid text"),
        ({"place": None}, r"n1.*place is None; it is an object"),
        ({"place": {"room": 4}}, r"n1.*room is 4; it is text"),
        ({"seed": 10**30}, r"n1.*seed is 10+; it has at most 15 digits"),
    ],
)
def test_a_wrong_field_is_named_with_what_is_allowed(change: dict[str, Any], told: str) -> None:
    data = to_json([score()])
    data["scenes"][0]["notes"][0].update(change)
    with pytest.raises(ScoreError, match=told):
        from_json(data)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"made_by": 5}, "made_by is 5"),
        ({"made_by": None}, "made_by is None"),
        ({"made_by": ["seed"]}, "made_by is"),
        ({"made_by": {"seed": "x"}}, "seed is 'x'"),
        ({"made_by": {"words": 5}}, "words is 5"),
        ({"made_by": {"seed": 2**63}}, "seed is 9223372036854775808"),
        ({"record_start": "1e99999999"}, "record_start is '1e99999999'.*exact seconds"),
        ({"record_start": "1/0"}, "record_start is '1/0'.*exact seconds"),
        ({"record_start": "9" * 41}, "record_start is .*exact seconds"),
        ({"duration": "-5"}, "scene 0: duration is -5.0; it lies in 0 to 345600 s"),
        ({"duration": True}, "duration is True"),
        ({"scene": "a"}, "scene is 'a'"),
        ({"mix": {}}, "gain_db is None"),
        ({"mix": {"gain_db": {"ambient": True}}}, "gain_db.ambient is True"),
        ({"mix": {"gain_db": {"ambient": "3"}}}, "gain_db.ambient is '3'"),
        ({"mix": {"gain_db": {"music": 3}}}, "mix.gain_db is 'music'.*ambient, action, material"),
    ],
)
def test_a_wrong_field_of_a_scene_is_named_with_what_is_allowed(change: dict[str, Any], told: str) -> None:
    data = to_json([score()])
    data["scenes"][0].update(change)
    with pytest.raises(ScoreError, match=told):
        from_json(data)


def test_beds_alone_may_last_for_hours() -> None:
    long = {"duration_s": 7200.0, "params": {}}
    score(note(layer=Layer.AMBIENT, instrument="rain", **long)).check()
    with pytest.raises(ScoreError, match="duration_s is 7200"):
        score(note(instrument="whoosh", **long)).check()


def test_two_notes_of_one_id_are_refused() -> None:
    with pytest.raises(ScoreError, match=r"two notes .* 'n1'"):
        score(note(), note()).check()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"foley_score": 2, "scenes": []}',
        '{"foley_score": 1}',
        '{"foley_score": 1, "scenes": [4]}',
        "[" * 99_999,
    ],
)
def test_what_is_no_score_is_refused_in_words(text: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.json"
    path.write_text(text)
    with pytest.raises(ScoreError, match=r"wrong\.json"):
        read_scores(path)


def test_infinite_numbers_are_refused() -> None:
    data = json.loads(json.dumps(to_json([score()])).replace("1.25", "Infinity"))
    with pytest.raises(ScoreError, match="start_s is inf"):
        from_json(data)


def test_a_score_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match="No such file"):
        read_scores(tmp_path / "none.json")


def test_only_a_file_is_read_as_a_score_and_no_more_of_it_than_a_score_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(ScoreError, match="no file but a folder, pipe or device"):
            read_scores(path)
    monkeypatch.setattr(reading, "LARGEST_FILE", 1000)
    write_scores(tmp_path / "long.json", [score(*(note(id=f"n{number}") for number in range(9)))])
    with pytest.raises(ScoreError, match=r"long\.json is over"):
        read_scores(tmp_path / "long.json")
