"""Which notes are set beside which recordings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.types import Layer

AMBIENT, ACTION, MATERIAL = Layer.AMBIENT, Layer.ACTION, Layer.MATERIAL
HIT = (("contact", ACTION), ("body", MATERIAL))
STEP = (("footstep", ACTION), ("footstep_ground", MATERIAL))


@dataclass(frozen=True)
class Subject:
    """Notes of one thing, and the glob patterns of its recordings; `steady` for textures, else one event."""

    title: str
    instruments: tuple[tuple[str, Layer], ...]
    recordings: tuple[str, ...]
    params: Mapping[str, float | str] = field(default_factory=dict)
    seconds: float = 16.0
    steady: bool = True


def _bed(instrument: str, title: str, recordings: tuple[str, ...], **params: float | str) -> Subject:
    return Subject(title, ((instrument, AMBIENT),), recordings, params)


def _event(
    title: str, instruments: tuple[tuple[str, Layer], ...], recordings: tuple[str, ...], **params: float | str
) -> Subject:
    return Subject(title, instruments, recordings, params, seconds=0.5, steady=False)


def _step(surface: str, *recordings: str, shoe: str = "boot") -> Subject:
    return _event(f"footstep {surface}", STEP, recordings, surface=surface, shoe=shoe)


SUBJECTS = (
    _bed("rain", "rain", ("rain-thunder/*environment__rain.ogg", "rain-thunder/*stormrain.ogg"), rate_mm_h=10.0),
    _bed("rain", "rain heavy leaves", ("rain-thunder/*morph__rain.ogg",), rate_mm_h=25.0, surface="leaves"),
    _bed(
        "wind", "wind",
        ("wind-snow/*environment__wind_loop.ogg", "wind-snow/*stormwind.ogg", "wind-snow/*ambience__wind.ogg",
         "ambience-beds/*city_abnd*"),
        speed_m_s=8.0,
    ),
    _bed("wind", "wind tonal",
         ("wind-snow/*cave_wind*", "wind-snow/*morph__wind1.ogg", "wind-snow/*ambience__wind.ogg"),
         speed_m_s=8.0, kind="tonal"),
    _bed("wind", "wind snow", ("wind-snow/*arctic*", "wind-snow/*hollow*", "wind-snow/*blowwind*", "wind-snow/*waste*"),
         speed_m_s=10.0, kind="snow"),
    _bed(
        "fire", "fire campfire",
        ("fire/*fire_fire.?.ogg", "fire/*fire_small.ogg", "fire/*ambience__fire1.ogg", "fire/*ambience__fire2.ogg",
         "fire/*ambience__fire06.ogg"),
    ),
    _bed("fire", "fire big", ("fire/*fire_large.ogg", "fire/*furnace_active*", "fire/*burnfire.ogg"), kind="big"),
    _bed("stream", "brook", ("water/*water01.ogg", "water/*water02.ogg"), kind="brook"),
    _bed("stream", "river", ("water/*river_loop*", "water/*waterfall2.ogg"), kind="river"),
    _bed("stream", "waterfall", ("water/*waterfall_*.ogg", "water/*waterfall3.ogg"), kind="waterfall"),
    _bed("stream", "fountain", ("water/*waterfontain*",), kind="fountain"),
    _bed("room_tone", "night", ("ambience-beds/*night_atm*",), kind="night"),
    _bed("room_tone", "outdoors", ("ambience-beds/*city_abnd*",), kind="outdoors"),
    _event("splash", (("splash", ACTION), ("splash", MATERIAL)), ("water/*splashin*", "water/*water_in*"),
           energy=0.6, size_m=0.2),
    _event("splash small", (("splash", ACTION), ("splash", MATERIAL)),
           ("water/*splash?.ogg", "water/*waterbullet*", "weapon-impact-hit/*water*-impact*"), energy=0.3, size_m=0.04),
    _step("concrete", "footsteps/*hard_footstep*", "footsteps/*stone?.ogg"),
    _step("wood", "footsteps/*wood?.ogg", "footsteps/*wood_footstep*"),
    _step("tile", "footsteps/*tile?.ogg", "footsteps/*linoleum*"),
    _step("metal", "footsteps/*metal_footstep*", "stone-metal*/*step_metal*", "stone-metal*/*__metal?.ogg"),
    _step("gravel", "footsteps/*gravel*"),
    _step("sand", "footsteps/*sand*"),
    _step("snow", "footsteps/*snow*"),
    _step("grass", "footsteps/*grass*"),
    _step("mud", "footsteps/*dirt*"),
    _step("puddle", "water/*footsteps__splash*", "footsteps/*water_footstep*"),
    _event("hit wood", HIT, ("wood-work*/*choppy*",), striker="metal", struck="wood", energy=0.6, size_m=0.3),
    _event("hit stone", HIT, ("stone-metal*/*cracky*",), striker="metal", struck="stone", energy=0.6, size_m=0.3),
    _event("hit metal", HIT, ("stone-metal*/*dig_metal*", "stone-metal*/*dug_metal*", "stone-metal*/*node_metal*"),
           striker="metal", struck="metal", energy=0.6, size_m=0.3),
    _event("door close wood", (("door", ACTION), ("door_body", MATERIAL)),
           ("doors-gates/*door?-close*", "doors-gates/*chest_close*"), kind="close", struck="wood"),
    _event("door close metal", (("door", ACTION), ("door_body", MATERIAL)),
           ("doors-gates/*steel_door_close*", "doors-gates/*bar_door_close*"), kind="close", struck="metal"),
    _event("key", (("key", ACTION), ("key_body", MATERIAL)), ("keyboard-ui-clicks/bucklespring*[1-4]?-1.wav",),
           kind="letter"),
    _event("click switch", (("click", ACTION),), ("keyboard-ui-clicks/*ui__click?.ogg",), kind="switch"),
    _event("whoosh", (("whoosh", ACTION),),
           ("weapon-impact-hit/*sword__primary*", "weapon-impact-hit/*sword__secondary*")),
)  # fmt: skip
