"""Prompts as an editor would write them: exact, in Chinese, vague, or none. `{body}` and `{floor}` are materials."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bench.truth.materials import Material

_ENGLISH: Mapping[str, tuple[str, ...]] = {
    "ball": ("a {body} ball bounces on {floor}", "a {body} ball is dropped on the {floor} floor"),
    "two-balls": ("two balls bounce on {floor}", "a {body} ball and another ball bounce on the {floor} floor"),
    "hidden-ball": ("a {body} ball bounces on {floor} behind a box",),
    "walk": ("a man walks on {floor}", "footsteps on {floor}, leather shoes"),
    "walk-followed": ("a man walks on {floor}", "slow footsteps on {floor}"),
    "walk-front": ("a woman walks towards us on {floor}", "footsteps on {floor}"),
    "run": ("a man runs on {floor}", "running footsteps on {floor}"),
    "hammer": ("a hammer strikes {body}", "hammering on {body} in a workshop"),
    "knock": ("someone knocks on a {body} door", "knocking on a {body} door"),
    "typing": ("typing on a keyboard", "someone types on a computer keyboard in an office"),
    "chop": ("chopping vegetables on a {body} board", "a knife chops on a {body} board"),
    "roll": ("a {body} ball rolls on {floor} and hits a block", "a {body} ball rolls over the {floor} floor"),
    "drag": ("a {body} box is dragged over {floor}", "dragging a heavy box across the {floor} floor"),
    "shatter": ("a glass falls and shatters on {floor}", "a drinking glass breaks on the {floor} floor"),
    "splash": ("a {body} ball drops into water", "something falls into a pond with a splash"),
    "pour": ("water is poured into a glass, then the jug is put down", "pouring water into a glass"),
    "door": ("a {body} door opens and slams shut", "a door slams"),
    "drawer": ("a {body} drawer opens and closes", "opening and closing a drawer"),
    "car": ("a car passes by", "cars drive past on a street"),
    "rain": ("rain in the street", "heavy rain"),
    "snow": ("snow falls, quiet", "quiet snowfall outdoors"),
    "surf": ("waves on a beach", "ocean surf"),
    "stream": ("a small stream", "a brook runs over stones"),
    "fire": ("a campfire crackles", "fire in the fireplace"),
    "leaves": ("wind in the leaves", "a tree rustles in the wind"),
}
_CHINESE: Mapping[str, tuple[str, ...]] = {
    "ball": ("一个{body}球在{floor}上弹跳",),
    "two-balls": ("两个球在{floor}上弹跳",),
    "walk": ("一个人走在{floor}上", "{floor}上的脚步声"),
    "walk-followed": ("一个男人走在{floor}上",),
    "walk-front": ("{floor}上的脚步声",),
    "run": ("一个人在{floor}上跑步",),
    "hammer": ("锤子敲打{body}",),
    "knock": ("有人敲{body}门",),
    "typing": ("敲键盘打字",),
    "chop": ("在砧板上切菜",),
    "shatter": ("玻璃杯掉在{floor}上摔碎",),
    "pour": ("往玻璃杯里倒水",),
    "door": ("门打开又砰地关上",),
    "car": ("一辆汽车驶过",),
    "rain": ("下雨的街道", "大雨"),
    "surf": ("海浪拍打沙滩",),
    "stream": ("小溪流水",),
    "fire": ("篝火噼啪作响",),
    "leaves": ("风吹树叶",),
    "snow": ("下雪，安静",),
}
_VAGUE: Mapping[str, str] = {
    "walk": "someone moving around",
    "run": "he is in a hurry",
    "ball": "a ball",
    "two-balls": "balls",
    "hammer": "workshop",
    "knock": "somebody at the door",
    "typing": "office",
    "chop": "kitchen",
    "door": "at home",
    "car": "street",
    "rain": "bad weather",
    "surf": "seaside",
    "fire": "evening by the fire",
    "leaves": "outdoors",
    "stream": "in the mountains",
    "shatter": "an accident",
}
_QUIET = ("a quiet room", "room tone", "")


def prompt(kind: str, words: Mapping[str, Material], difficulty: str, rng: np.random.Generator) -> str:
    """What the editor types for this scene."""
    draw = float(rng.random())
    if kind not in _ENGLISH:
        return _QUIET[int(rng.integers(len(_QUIET)))]
    if difficulty == "clean":
        draw = 0.0 if draw < 0.85 else 0.75
    if draw >= 0.92:
        return ""
    if draw >= 0.84:
        return _VAGUE.get(kind, "")
    chinese = draw >= 0.7 and kind in _CHINESE
    templates = _CHINESE[kind] if chinese else _ENGLISH[kind]
    names = {slot: material.chinese if chinese else material.name for slot, material in words.items()}
    return templates[int(rng.integers(len(templates)))].format(**names)
