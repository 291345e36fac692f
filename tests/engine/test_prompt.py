"""Words into intent: tables of prompts with exactly what they ask, and laws that hold for any text."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.text.explain import explain
from engine.text.intent import Intent, Source, Times
from engine.text.ontology import ontology
from engine.text.prompt import MAX_CHARACTERS, read_words
from engine.types import WordsError


def entries(intent: Intent) -> list[str]:
    return [source.entry for source in intent.sources]


def only(words: str) -> Source:
    (source,) = read_words(words).sources
    return source


SOURCES = [
    ("shopping trolley rattling across a car park", ["roll.cart"]),
    ("stilettos clicking down a tiled corridor", ["footsteps.tile"]),
    ("leather jacket movement", ["cloth.leather"]),
    ("餐厅里很多人聊天，碗筷碰撞声", ["crowd.chatter", "dishes.plates"]),
    ("每隔四秒敲一下锣", ["bell.gong"]),
    ("风吹竹林，沙沙作响", ["wind.leaves"]),
    ("纸张翻动，钢笔写字", ["paper.rustle", "paper.writing"]),
    ("he types ten keys between 1s and 3s", ["typing.letter"]),
    ("Heavy rain on a metal roof and distant thunder, no birds", ["rain.metal", "thunder.rumble"]),
    ("a man walks on gravel", ["footsteps.gravel"]),
    ("She tiptoes barefoot across the wooden floor", ["footsteps.wood"]),
    ("leather shoes on wet concrete", ["footsteps.concrete"]),
    ("the door opens and closes", ["door.open", "door.close"]),
    ("wooden door slams loudly", ["door.slam"]),
    ("rain falls on the window; someone pours tea into a cup", ["rain.glass", "pour.ceramic"]),
    ("gentle wind in the trees, occasional birds", ["wind.leaves", "birds.song"]),
    ("crackling campfire, faint stream in the background", ["fire.campfire", "stream.brook"]),
    ("typing on a keyboard while rain falls outside the window", ["typing.letter", "rain.interior"]),
    ("glass shatters", ["break.glass"]),
    ("coin drops on a marble floor", ["coin.drop"]),
    ("waves crash on the shore", ["surf.sea"]),
    ("A hammer hits a nail", ["tool.hammer"]),
    ("wine glasses clink, cutlery clatters", ["dishes.glasses", "dishes.cutlery"]),
    ("a page turns, paper crumples", ["paper.page_turn", "paper.crumple"]),
    ("blizzard", ["wind.snow"]),
    ("rain on the lake", ["rain.water"]),
    ("footsteps, sound of footsteps", ["footsteps.concrete"]),
    ("the sea", ["surf.sea"]),
    ("大雨打在铁皮屋顶上，远处有雷声，不要鸟叫", ["rain.metal", "thunder.rumble"]),
    ("走在碎石路上", ["footsteps.gravel"]),
    ("高跟鞋在大理石地面上快步走", ["footsteps.tile"]),
    ("玻璃杯放在木桌上", ["put.glass"]),
    ("金属杯掉在水泥地上", ["drop.metal"]),
    ("用铁锤敲木板", ["tool.hammer"]),
    ("热水倒进陶瓷杯", ["pour.ceramic"]),
    ("森林里的鸟叫，微风吹过树叶", ["birds.song", "wind.leaves"]),
    ("玻璃杯摔碎", ["break.glass"]),
    ("翻书声和敲键盘的声音", ["paper.page_turn", "typing.letter"]),
    ("雷聲和風聲", ["thunder.rumble", "wind.open"]),
    ("ocean waves on a pebble beach", ["surf.pebbles"]),
    ("leather shoes on carpet, a slow walk in the living room", ["footsteps.carpet"]),
    ("A glass falls off the table and shatters on the tiles", ["drop.glass", "break.glass"]),
    ("a metal spoon falls on ceramic tiles", ["drop.metal"]),
    ("山洞里有水滴声", ["drip.cave"]),
    (
        "a quiet meadow with a light wind in the leaves, running footsteps on grass, no birds",
        ["wind.leaves", "footsteps.grass", "ambience.outdoors"],
    ),
    (
        "kitchen, plates and cutlery, someone pours water into a glass",
        ["dishes.plates", "dishes.cutlery", "pour.glass", "ambience.kitchen"],
    ),
    ("夜晚的街道下着雨，一个男人穿着皮鞋走路", ["rain.concrete", "footsteps.concrete", "ambience.night_street"]),
    ("someone types on a computer keyboard in an office", ["typing.letter"]),
    ("a hammer strikes steel", ["tool.hammer"]),
    ("a glass falls and shatters", ["drop.glass", "break.glass"]),
    ("splash", ["splash.small"]),
    ("a drawer closes", ["click.drawer"]),
    ("a car passes by", ["vehicle.car"]),
    ("knocking on a wood door", ["knock.wood"]),
    ("knocks at the window", ["knock.glass"]),
    ("walks through the door", ["footsteps.concrete"]),
    ("footsteps behind the door", ["footsteps.concrete"]),
    ("types on a laptop", ["typing.letter"]),
    ("sitting by the fire", ["fire.campfire"]),
    ("he leans on the door", []),
    ("敲木门", ["knock.wood"]),
    ("rain and a door", ["rain.concrete", "door.open"]),
    ("a boy throws a stone into the lake", ["splash.small"]),
    ("rubber boots on gravel", ["footsteps.gravel"]),
    ("not on tiles but on carpet: quick light sneakers", ["footsteps.carpet"]),
    ("the gate creaks open, the door opens, then closes softly", ["gate.creak", "door.open", "door.close"]),
    ("silk dress rubbing", ["cloth.silk"]),
    ("arrow flies past", ["whoosh.arrow"]),
    ("tears the newspaper", ["paper.rip"]),
    ("rain hammers on the window", ["rain.glass"]),
    ("hammering in the rain", ["tool.hammer", "rain.concrete"]),
    ("wind through the birches", ["wind.leaves"]),
    ("a kettle whistles", ["steam.steam"]),
    ("she turns the tap on, water runs into the sink", ["tap.running"]),
    ("篮球弹四下然后滚走", ["ball.rubber", "roll.wood"]),
    ("他沿着铁楼梯飞奔下来", ["footsteps.metal"]),
    ("She drops her keys. Beat. She picks them up.", ["keys.jingle"]),
    ("wellies in the mud", ["footsteps.mud"]),
    ("leaves rustle underfoot", ["footsteps.leaves"]),
    ("sets the glass on the table", ["put.glass"]),
    ("typing stops when the phone rings", ["typing.letter", "phone.ring"]),
    ("马从左到右跑过", ["horse.hooves"]),
    ("plates and cutlery", ["dishes.plates", "dishes.cutlery"]),
    ("cups, plates and glasses", ["dishes.cups", "dishes.plates", "dishes.glasses"]),
    ("forks, knives and spoons", ["dishes.cutlery"]),
    ("盘子和刀叉", ["dishes.plates", "dishes.cutlery"]),
    ("two men carry plates", []),
    ("脚步声 and 雨声 with distant thunder", ["footsteps.concrete", "rain.concrete", "thunder.rumble"]),
]


@pytest.mark.parametrize(("words", "expected"), SOURCES)
def test_words_ask_for_these_sources(words: str, expected: list[str]) -> None:
    assert entries(read_words(words)) == expected


PARAMS: list[tuple[str, dict[str, float | str]]] = [
    ("a man walks in leather shoes", {"shoe": "leather"}),
    ("footsteps in leather boots on snow", {"surface": "snow", "shoe": "boot"}),
    ("a woman in high heels runs on tiles", {"surface": "tile", "shoe": "heel", "gait": "run"}),
    ("sneaking over dry leaves", {"surface": "leaves", "gait": "sneak", "energy": 0.3}),
    ("heavy rain on a tin roof", {"surface": "metal", "rate_mm_h": 25.0}),
    ("light rain", {"rate_mm_h": 3.0}),
    ("very heavy rain", {"rate_mm_h": 60.0}),
    ("violent wind", {"speed_m_s": 20.0}),
    ("a steel cup is set down on a wooden table", {"striker": "metal", "struck": "wood", "size_m": 0.09}),
    ("someone drops a glass bottle on the concrete floor", {"striker": "glass", "struck": "concrete", "size_m": 0.25}),
    ("he knocks gently on a metal door", {"struck": "metal", "size_m": 2.0, "energy": 0.3}),
    ("a stone hits a metal barrel", {"striker": "stone", "struck": "metal", "size_m": 0.9}),
    ("pours water into a plastic bottle", {"vessel": "plastic"}),
    ("a steel door slams", {"struck": "metal"}),
    ("皮鞋走在湿漉漉的水泥地上", {"surface": "concrete", "shoe": "leather"}),
    ("光着脚在沙滩上奔跑", {"surface": "sand", "shoe": "barefoot", "gait": "run"}),
    ("小雨", {"rate_mm_h": 3.0}),
    ("暴雨打在窗户上", {"surface": "glass", "rate_mm_h": 60.0}),
    ("不太大的风", {"speed_m_s": 4.5}),
    ("金属杯放在木桌上", {"striker": "metal", "struck": "wood", "size_m": 0.09}),
    ("把水倒进锅里", {"vessel": "metal"}),
    ("a ball hits the wall", {"struck": "concrete"}),
    ("a boy kicks a ball against a brick wall", {"struck": "ceramic"}),
    ("sawing a log", {"struck": "wood"}),
    ("pushes a cart over cobblestones", {"struck": "stone"}),
    ("he slams the door hard", {"energy": 0.95}),
    ("more rain", {"rate_mm_h": 25.0}),
    ("less wind", {"speed_m_s": 3.0}),
    ("少一点风", {"speed_m_s": 3.0}),
    ("a candle is lit", {}),
]


SPLASHES: list[tuple[str, str, float | None]] = [
    ("a stone drops into the lake", "splash.small", 0.1),
    ("he throws a stone in the river", "splash.small", 0.1),
    ("a coin falls into the fountain", "splash.small", 0.024),
    ("keys are dropped in a bucket of water", "splash.small", 0.06),
    ("a heavy box is thrown into the sea", "splash.big", 0.4),
    ("a man falls into the river", "splash.big", None),
    ("it plops into the pond", "splash.small", None),
    ("一块石头掉进湖里", "splash.small", None),
    ("把石头扔进水里", "splash.small", None),
    ("杯子掉进水里", "splash.small", 0.09),
    ("球掉到水里", "splash.small", 0.22),
    ("一个人掉进河里", "splash.big", None),
]


@pytest.mark.parametrize(("words", "entry", "size_m"), SPLASHES)
def test_what_falls_into_water_is_a_splash_of_its_size(words: str, entry: str, size_m: float | None) -> None:
    source = only(words)
    assert (source.entry, source.params.get("size_m")) == (entry, size_m)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rain falls into the lake", ["rain.water"]),
        ("drops of water fall into a puddle", ["drop_of_water.drop_of_water"]),
        ("a stone falls on the floor by the lake", ["drop.stone", "surf.lake"]),
        ("a man dives into the pool", ["splash.big"]),
        ("he walks into the water", ["footsteps.puddle"]),
    ],
)
def test_not_all_that_meets_water_is_a_thrown_thing(words: str, expected: list[str]) -> None:
    assert entries(read_words(words)) == expected


@pytest.mark.parametrize(("words", "expected"), PARAMS)
def test_slots_are_named_as_the_instruments_name_them(words: str, expected: Mapping[str, float | str]) -> None:
    assert only(words).params == expected


NEGATIONS = [
    ("no birds", [], ["birds"]),
    ("no wind but rain", ["rain.concrete"], ["wind"]),
    ("rain without wind", ["rain.concrete"], ["wind"]),
    ("no birds, no music, only a little rain", ["rain.concrete"], ["birds", "music"]),
    ("no birds, wind or traffic", [], ["birds", "wind", "traffic", "vehicle"]),
    ("a man walks on gravel, without birds or music", ["footsteps.gravel"], ["birds", "music"]),
    ("do not add music, remove the traffic", [], ["music", "traffic", "vehicle"]),
    ("footsteps but no footsteps on gravel", ["footsteps.concrete"], ["footsteps.gravel"]),
    ("forest ambience with no animals", ["ambience.forest"], ["birds", "dog", "wild"]),
    ("waves, no people talking", ["surf.sea"], ["crowd"]),
    ("the dog is silent, waves crash", ["surf.sea"], ["dog"]),
    ("birds are not wanted", [], ["birds"]),
    ("the dog doesn't bark, rain", ["rain.concrete"], ["dog"]),
    ("rain, everything except thunder", ["rain.concrete"], ["thunder"]),
    ("rain, no rain", [], ["rain"]),
    ("footsteps without shoes on sand", ["footsteps.sand"], []),
    ("not too loud wind", ["wind.open"], []),
    ("不要鸟叫", [], ["birds"]),
    ("没有风但有雨声", ["rain.concrete"], ["wind"]),
    ("不要鸟叫、音乐和人声", [], ["birds", "music", "voice", "crowd"]),
    ("除了鸟叫，其他都要", [], ["birds"]),
    ("除了雨声还有风声", ["rain.concrete", "wind.open"], []),
    ("脚步声，无音乐，无对话", ["footsteps.concrete"], ["music", "voice"]),
    ("去掉车流声，保留雨声", ["rain.concrete"], ["traffic"]),
    ("海浪声，听不到海鸥", ["surf.sea"], ["birds.gull"]),
    ("别墅里的脚步声", ["footsteps.concrete"], []),
    ("一只猫叫", ["cat.meow"], []),
    ("turn off the radio, keep the wind", ["wind.open"], ["media.radio"]),
    ("switch off the fan but keep the typing", ["typing.letter"], ["machine.fan"]),
    ("music off, footsteps on wood", ["footsteps.wood"], ["music"]),
    ("he turns off the light", ["click.switch"], []),
    ("the alarm goes off", ["alarm.siren"], []),
    ("不要雷声要雨声", ["rain.concrete"], ["thunder"]),
    ("no music just rain", ["rain.concrete"], ["music"]),
    ("不要狂风，只要微风", ["wind.open"], []),
    ("no strong wind, just a light breeze", ["wind.open"], []),
    ("gentle wind, not strong wind", ["wind.open"], []),
    ("no loud footsteps, only soft ones", ["footsteps.concrete"], []),
    ("no heavy rain", [], ["rain"]),
    ("dog panting, no barking", ["dog.whine"], ["dog.bark"]),
    ("barefoot on sand, no shoes", ["footsteps.sand"], []),
    ("no sound effects, rain", ["rain.concrete"], ["design"]),
    ("rain stops at 1s", ["rain.concrete"], []),
    ("stop the music", [], ["music"]),
    ("please stop the music, rain", ["rain.concrete"], ["music"]),
    ("the rain has stopped, footsteps", ["footsteps.concrete"], ["rain"]),
    ("just after 3 s a knock", ["knock.wood"], []),
    ("anything but music", [], ["music"]),
    ("no animals except birds", ["birds.song"], ["dog", "cat"]),
    ("no thunder at 3 s, rain", ["rain.concrete"], ["thunder"]),
    ("rain instead of wind", ["rain.concrete"], ["wind"]),
    ("instead of rain, wind in the trees", ["wind.leaves"], ["rain"]),
    ("footsteps, wood instead of stone", ["footsteps.wood"], []),
    ("a wooden door rather than a metal one creaks", ["door.creak"], []),
    ("the dog never barks, footsteps", ["footsteps.concrete"], ["dog"]),
    ("neither birds nor traffic, a knock", ["knock.wood"], ["birds", "traffic"]),
    ("she isn't running, she walks", ["footsteps.concrete"], []),
    ("the rain never stops", ["rain.concrete"], []),
    ("don't stop the rain", ["rain.concrete"], []),
    ("lose the traffic, keep the rain", ["rain.concrete"], ["traffic"]),
    ("hardly any wind", ["wind.open"], []),
    ("不是雨声而是风声", ["wind.open"], ["rain"]),
    ("不是走在水泥地上，而是走在草地上", ["footsteps.grass"], ["footsteps.concrete"]),
    ("是木门，不是铁门，吱呀打开", ["creak.wood"], []),
    ("不是在跑，是在走", ["footsteps.concrete"], []),
    ("用木地板代替水泥地，脚步声", ["footsteps.wood"], []),
    ("别让雨停", ["rain.concrete"], []),
    ("他从不敲门，直接开门进来", ["door.open"], ["knock"]),
]


@pytest.mark.parametrize(("words", "sources", "excluded"), NEGATIONS)
def test_negations_are_hard_rules(words: str, sources: list[str], excluded: list[str]) -> None:
    intent = read_words(words)
    assert entries(intent) == sources
    assert set(excluded) <= set(intent.excluded)
    assert excluded or not intent.excluded
    assert not any(intent.excludes(source.entry) for source in intent.sources)


@pytest.mark.parametrize(
    "words",
    [
        "only rain",
        "no sound except rain",
        "nothing but rain",
        "mute everything except rain",
        "all sounds muted except the rain",
        "只有雨声",
        "除了雨声，不要其他声音",
    ],
)
def test_only_excludes_all_the_rest(words: str) -> None:
    intent = read_words(words)
    assert entries(intent) == ["rain.concrete"]
    assert set(intent.excluded) == set(ontology().families) - {"rain"}


@pytest.mark.parametrize("words", ["silence", "no sound", "Complete silence.", "静音", "没有声音", "寂静"])
def test_silence(words: str) -> None:
    intent = read_words(words)
    assert intent.silent and not intent.sources
    assert intent.excludes("rain.metal")


S = Fraction
TIMES = [
    ("a door slams at 3.2s", Times(at_s=(S(16, 5),))),
    ("door slams at 1, 2.5 and 4 seconds", Times(at_s=(S(1), S(5, 2), S(4)))),
    ("rain from 2 to 5 seconds", Times(start_s=S(2), end_s=S(5))),
    ("between 2 and 5 seconds, rain", Times(start_s=S(2), end_s=S(5))),
    ("knocks every half second", Times(every_s=S(1, 2))),
    ("knocks twice a second", Times(every_s=S(1, 2))),
    ("door slams at 00:00:03:12", Times(at_s=(S(7, 2),))),
    ("rain after 3 seconds", Times(start_s=S(3))),
    ("rain until 4 s", Times(end_s=S(4))),
    ("rain for the first two seconds", Times(start_s=S(0), end_s=S(2))),
    ("rain fades in", Times(fade_in=True)),
    ("wind dies down at the end", Times(fade_out=True)),
    ("a knock at the end", Times(start_s=S(-2))),
    ("a knock at the beginning", Times(start_s=S(0), end_s=S(2))),
    ("第3秒关门", Times(at_s=(S(3),))),
    ("a knock in the last second", Times(start_s=S(-1))),
    ("footsteps except in the first 3 seconds", Times(start_s=S(3))),
    ("no footsteps except in the first 3 seconds", Times(start_s=S(0), end_s=S(3))),
    ("hold the music until 6 seconds", Times(start_s=S(6))),
    ("mute everything except the gunshot at 3s", Times(at_s=(S(3),))),
    ("knocks at 1s 2s 3s", Times(at_s=(S(1), S(2), S(3)))),
    ("door slams at 1 s 12 frames and 3 s", Times(at_s=(S(3, 2), S(3)))),
    ("footsteps for 1 minute 20 seconds", Times(start_s=S(0), end_s=S(80))),
    ("pouring water into a glass for two seconds from 1s", Times(start_s=S(1), end_s=S(3))),
    ("rain at 2 s for 3 s", Times(start_s=S(2), end_s=S(5))),
    ("rain for 2 seconds from 3 s before the end", Times(start_s=S(-3), end_s=S(-1))),
    ("rain starts at 2 and stops at 6 seconds", Times(start_s=S(2), end_s=S(6))),
    ("no rain for 3 seconds", Times(start_s=S(3))),
    ("a knock 2 seconds after the start", Times(at_s=(S(2),))),
    ("离结尾一秒处关门", Times(at_s=(S(-1),))),
    ("3秒到5秒下雨", Times(start_s=S(3), end_s=S(5))),
    ("从第2秒到第4秒下雨", Times(start_s=S(2), end_s=S(4))),
    ("每隔半秒敲一次门", Times(every_s=S(1, 2))),
    ("两秒半的时候关门", Times(at_s=(S(5, 2),))),
    ("最后三秒下雨", Times(start_s=S(-3))),
    ("雨声渐强", Times(fade_in=True)),
    ("结尾有敲门声", Times(start_s=S(-2))),
    ("door slams at 1s, and again at 3.5s", Times(at_s=(S(1), S(7, 2)))),
    ("a knock one second before the end", Times(at_s=(S(-1),))),
    ("two seconds from the end a door slams", Times(at_s=(S(-2),))),
    ("a knock with 2 seconds left", Times(at_s=(S(-2),))),
    ("a door slams at -5s", Times(at_s=(S(-5),))),
    ("at the end two knocks", Times(start_s=S(-2))),
    ("just before the end a knock", Times(start_s=S(-2))),
    ("in the beginning a knock", Times(start_s=S(0), end_s=S(2))),
    ("after three seconds a door slams", Times(start_s=S(3))),
    ("rain from 2 s until 1 s before the end", Times(start_s=S(2), end_s=S(-1))),
    ("halfway a door slams", Times(at_share=(S(1, 2),))),
    ("a third of the way through, a glass breaks", Times(at_share=(S(1, 3),))),
    ("wind in the second half", Times(start_share=S(1, 2))),
    ("wind during the first third", Times(end_share=S(1, 3))),
    ("rain at 2 s", Times(start_s=S(2))),
    ("rain from halfway", Times(start_share=S(1, 2))),
    ("rain stops at 1s", Times(end_s=S(1))),
    ("rain ends 1 second before the end", Times(end_s=S(-1))),
    ("rain stops after 3 seconds", Times(end_s=S(3))),
    ("the man stops walking at 3 s", Times(end_s=S(3))),
    ("the rain begins at 2 s and stops at 00:00:05:00", Times(start_s=S(2), end_s=S(5))),
    ("footsteps start at 2 s", Times(start_s=S(2))),
    ("turn off the radio at 3 s", Times(end_s=S(3))),
    ("rain, then silence from 5 s", Times(end_s=S(5))),
    ("the music stops", Times(fade_out=True)),
    ("三秒后关门", Times(start_s=S(3))),
    ("结束前一秒敲门", Times(at_s=(S(-1),))),
    ("倒数第二秒关门", Times(at_s=(S(-2),))),
    ("距结尾两秒关门", Times(at_s=(S(-2),))),
    ("最后敲两下门", Times(start_s=S(-2))),
    ("雨在第1秒停", Times(end_s=S(1))),
    ("四秒后雨停", Times(end_s=S(4))),
    ("雨在第2秒开始", Times(start_s=S(2))),
    ("第3秒关掉音乐", Times(end_s=S(3))),
    ("从3秒到结束前一秒下雨", Times(start_s=S(3), end_s=S(-1))),
    ("一半的时候关门", Times(at_share=(S(1, 2),))),
    ("后半段有风", Times(start_share=S(1, 2))),
    ("雨停了", Times(fade_out=True)),
    ("at frame 48 a knock", Times(at_s=(S(2),))),
    ("door slams at second 3", Times(at_s=(S(3),))),
    ("a second before the end, a knock", Times(at_s=(S(-1),))),
    ("开场两秒有鸟叫", Times(start_s=S(0), end_s=S(2))),
    ("结尾三秒下雨", Times(start_s=S(-3))),
    ("从一半开始下雨", Times(start_share=S(1, 2))),
    ("快结束的时候敲门", Times(start_s=S(-2))),
    ("no footsteps until 2 s", Times(start_s=S(2))),
    ("no rain after 3 s", Times(end_s=S(3))),
    ("silence for the first two seconds, then rain", Times(start_s=S(2))),
    ("no sound until 3 s, then a door slams", Times(start_s=S(3))),
    ("rain, no sound after 5 s", Times(end_s=S(5))),
    ("前两秒没有声音，然后下雨", Times(start_s=S(2))),
    ("第3秒之前没有声音，之后关门", Times(start_s=S(3))),
]


@pytest.mark.parametrize(("words", "expected"), TIMES)
def test_times_are_exact(words: str, expected: Times) -> None:
    assert only(words).times == expected


@pytest.mark.parametrize(
    ("words", "rate", "start", "seconds"),
    [
        ("door slams at 00:00:03:12", S(24), None, S(7, 2)),
        ("door slams at 00:00:03:12", S(25), None, S(87, 25)),
        ("door slams at 01:00:01:00", S(24), "01:00:00:00", S(1)),
        ("door slams at 00:00:01:00", S(24), "01:00:00:00", S(1)),
        ("door slams at 00:01:00;02", S(30000, 1001), None, S(1800 * 1001, 30000)),
        ("door slams at 00:01:00;02", S(24000, 1001), None, S(1442 * 1001, 24000)),  # which drops no numbers
        ("door slams at 00:01:00;02", S(25), None, S(1502, 25)),
        ("door slams at 00:00:01:00", S(24000, 1001), None, S(1001, 1000)),
    ],
)
def test_timecode_is_read_by_the_frame_rate(words: str, rate: S, start: str | None, seconds: S) -> None:
    (source,) = read_words(words, frame_rate=rate, start_timecode=start).sources
    assert source.times.at_s == (seconds,)


@pytest.mark.parametrize(("timecode", "rate"), [("00:00:03:99", S(24)), ("00:01:00;01", S(30000, 1001))])
def test_a_timecode_that_does_not_exist_is_reported(timecode: str, rate: S) -> None:
    intent = read_words(f"door slams at {timecode}", frame_rate=rate)
    assert intent.not_understood == (f"at {timecode}",)
    assert intent.sources[0].times == Times()


@pytest.mark.parametrize(
    ("words", "first", "second"),
    [
        ("footsteps after the door closes", "door.close", "footsteps.concrete"),
        ("After the door closes, footsteps", "door.close", "footsteps.concrete"),
        ("three knocks, then the door opens", "knock.wood", "door.open"),
        ("关门之后，传来脚步声", "door.close", "footsteps.concrete"),
        ("敲三下门，然后开门", "knock.wood", "door.open"),
    ],
)
def test_what_waits_for_what(words: str, first: str, second: str) -> None:
    by_entry = {source.entry: source for source in read_words(words).sources}
    assert set(by_entry) == {first, second}
    assert by_entry[second].times.after == by_entry[first].id
    assert by_entry[first].times.after is None


@pytest.mark.parametrize(
    ("words", "gap_s"),
    [
        ("two seconds after the door closes, footsteps", S(2)),
        ("footsteps half a second after the door closes", S(1, 2)),
        ("the door closes, two seconds later footsteps", S(2)),
        ("the door closes, 2 second pause, footsteps", S(2)),
        ("关门，两秒后传来脚步声", S(2)),
        ("关门两秒后，脚步声", S(2)),
        ("关门，停顿两秒，脚步声", S(2)),
        ("footsteps after the door closes", None),
    ],
)
def test_how_long_one_thing_comes_after_another(words: str, gap_s: S | None) -> None:
    by_entry = {source.entry: source for source in read_words(words).sources}
    assert by_entry["footsteps.concrete"].times == Times(after=by_entry["door.close"].id, gap_s=gap_s)
    assert by_entry["door.close"].times == Times()


def test_a_list_of_times_gives_each_its_own() -> None:
    door, steps = read_words("2s: door slam, 4s: footsteps").sources
    assert (door.times, steps.times) == (Times(at_s=(S(2),)), Times(at_s=(S(4),)))
    assert read_words("a second knock").sources[0].times == Times()


def test_one_happening_has_one_time() -> None:
    fall, blow = read_words("a glass falls and breaks on the floor at 2.5 seconds").sources
    assert (fall.entry, blow.entry) == ("drop.glass", "break.glass")
    assert fall.times == blow.times == Times(at_s=(S(5, 2),))


def test_an_interval_after_a_count_is_the_time_between() -> None:
    (shots,) = read_words("两声枪响，间隔一秒").sources
    assert (shots.count, shots.times) == (2, Times(every_s=S(1)))


@pytest.mark.parametrize(("words", "sounds"), [("a closed door", 0), ("he closed the door", 1), ("the door closed", 1)])
def test_a_closed_door_is_no_event(words: str, sounds: int) -> None:
    assert len(read_words(words).sources) == sounds


def test_another_ground_after_then_is_a_source_in_order() -> None:
    wood, carpet = read_words("footsteps on wood then on carpet").sources
    assert (wood.entry, carpet.entry) == ("footsteps.wood", "footsteps.carpet")
    assert carpet.times.after == wood.id


def test_a_time_of_the_timeline_is_reported_with_what_to_say() -> None:
    intent = read_words("a knock at 2s from the start of the timeline")
    assert intent.not_understood == ("at 2s from the start of the timeline",)
    assert intent.sources[0].times == Times()
    assert any("timecode" in decision.why for decision in intent.decisions)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("footsteps from the left to the right", (-0.7, 0.7)),
        ("a car passes right to left", (0.7, -0.7)),
        ("脚步声从左到右", (-0.7, 0.7)),
        ("footsteps on the left", None),
    ],
)
def test_what_moves_across_has_a_path(words: str, path: tuple[float, float] | None) -> None:
    assert only(words).pan_path == path
    assert (only(words).pan is None) == (path is not None)


MANNERS = [
    ("loud rain", {"gain_db": 6.0}),
    ("a faint knock", {"gain_db": -10.0}),
    ("fast footsteps", {"speed": 1.5}),
    ("she walks slowly", {"speed": 0.65}),
    ("occasional birds", {"density": 0.3}),
    ("three knocks on the door", {"count": 3}),
    ("knocks twice", {"count": 2}),
    ("page turn x2", {"count": 2}),
    ("the traffic is too loud", {"gain_db": -6.0}),
    ("雨声太响", {"gain_db": -6.0}),
    ("关门声别太响", {"gain_db": -3.0}),
    ("he types ten keys between 1s and 3s", {"count": 10}),
    ("翻页×3", {"count": 3}),
    ("3x knock", {"count": 3}),
    ("footsteps on the left", {"pan": -0.7}),
    ("thunder far away on the right", {"pan": 0.7, "distance_m": 30.0}),
    ("distant thunder", {"distance_m": 150.0}),
    ("footsteps 10 meters away", {"distance_m": 10.0}),
    ("远处的雷声", {"distance_m": 30.0}),
    ("左边传来脚步声", {"pan": -0.7}),
    ("敲三下门", {"count": 3}),
    ("三声枪响", {"count": 3}),
    ("慢慢走", {"speed": 0.65}),
    ("偶尔有鸟叫", {"density": 0.3}),
    ("很响的雨声", {"gain_db": 6.0}),
    ("a dog barks three times", {"count": 3}),
    ("狗叫了三声", {"count": 3}),
    ("12 steps on wooden stairs", {"count": 12}),
    ("a rubber ball bouncing, 6 bounces", {"count": 6}),
    ("a woman closes the window", {}),
    ("the radio close by", {"distance_m": 1.0}),
    ("wind, quiet water", {}),
    ("heavy breathing", {"gain_db": 4.0}),
    ("three balls", {}),
    ("three balls bounce", {}),
    ("two people walk on gravel", {}),
    ("three hammers", {}),
    ("two swords clash", {}),
    ("three hammer blows", {"count": 3}),
    ("three coins drop on the table", {"count": 3}),
    ("two doors slam", {"count": 2}),
    ("三个球弹跳", {}),
    ("三个球", {}),
    ("两个人走路", {}),
    ("拍了五下球", {"count": 5}),
    ("no more than two knocks", {"count": 2}),
    ("两把剑碰撞", {}),
    ("three more knocks", {"count": 3}),
    ("靴子踩在雪上，八步", {"count": 8}),
    ("footsteps approach", {}),
]


@pytest.mark.parametrize(("words", "expected"), MANNERS)
def test_manner(words: str, expected: Mapping[str, float]) -> None:
    source = only(words)
    plain = {"gain_db": 0.0, "speed": 1.0, "density": 1.0, "count": None, "pan": None, "distance_m": None}
    assert {name: getattr(source, name) for name in plain} == {**plain, **expected}


@pytest.mark.parametrize(
    ("words", "room", "sources"),
    [
        ("footsteps in a large empty church", "church", ["footsteps.concrete"]),
        ("night street in the rain", "street", ["rain.concrete", "ambience.night_street"]),
        ("a quiet forest at dawn with birds", "forest", ["birds.song", "ambience.forest"]),
        ("a quiet office, someone types on a keyboard", "small_room", ["typing.letter", "ambience.office"]),
        ("inside a car", "car", ["ambience.car"]),
        ("drips in a cave", "cave", ["drip.cave"]),
        ("教堂里的脚步声", "church", ["footsteps.concrete"]),
        ("雨夜的街道", "street", ["rain.concrete", "ambience.night_street"]),
        ("INT. KITCHEN - DAY. a glass breaks", "kitchen", ["break.glass"]),
        ("EXT. STREET - NIGHT. footsteps", "street", ["footsteps.concrete", "ambience.night_street"]),
        ("厨房里有人洗碗", "kitchen", ["dishes.plates"]),
        ("INT./EXT. CAR - DUSK - rain", "car", ["ambience.car", "rain.concrete"]),
        ("INT. APARTMENT - CONTINUOUS. Footsteps.", "small_room", ["footsteps.concrete"]),
        ("内景 厨房 夜。打碎玻璃", "kitchen", ["break.glass"]),
        ("内景。教堂——日。她穿高跟鞋慢慢走", "church", ["footsteps.concrete"]),
        ("外景 街道 白天", "street", ["ambience.street"]),
    ],
)
def test_places_give_the_room_and_named_for_themselves_their_bed(words: str, room: str, sources: list[str]) -> None:
    intent = read_words(words)
    assert (intent.room, entries(intent)) == (room, sources)


def test_picture_words_are_no_complaint_and_unknown_words_are_one() -> None:
    assert read_words("a man in a red hat looks at the camera").not_understood == ()
    assert read_words("rain xqzzvk").not_understood == ("xqzzvk",)


@pytest.mark.parametrize(
    ("words", "language"), [("rain", "en"), ("雨声", "zh"), ("雨声很大 rain", "zh"), ("", ""), ("12 !", "")]
)
def test_language(words: str, language: str) -> None:
    assert read_words(words).language == language


def test_spelling_with_one_wrong_letter_is_read_and_said() -> None:
    intent = read_words("footsteos on gravle")
    assert entries(intent) == ["footsteps.gravel"]
    assert any("one letter differs" in decision.why for decision in intent.decisions)


def test_a_word_one_other_letter_away_is_only_a_guess() -> None:
    intent = read_words("thundec, footsteps on gravbl")
    assert entries(intent) == ["footsteps.concrete"]
    assert [(guess.words, guess.entries[0][0]) for guess in intent.guesses] == [("thundec", "thunder.rumble")]
    assert "gravbl" in intent.not_understood
    assert "nothing read for 'gravbl': it may be 'gravel'" in explain(intent)
    assert entries(read_words("thundec", accept_guesses=True)) == ["thunder.rumble"]
    assert entries(read_words("halfway, a knock")) == ["knock.wood"]


def test_too_many_words_are_refused_with_what_to_do() -> None:
    with pytest.raises(WordsError, match=r"20001 characters.*shorten"):
        read_words("a" * (MAX_CHARACTERS + 1))


@pytest.mark.parametrize(
    "words", ["雨" * 10_000, "a" * 10_000, "rain on metal " * 700, "不要鸟叫" * 2_000, "1:2:3;" * 1_600]
)
def test_ten_thousand_characters_are_read(words: str) -> None:
    intent = read_words(words)
    assert len(intent.sources) <= 1000
    assert not any(intent.excludes(source.entry) for source in intent.sources)


def test_a_negation_reaches_the_end_of_the_longest_clause() -> None:
    intent = read_words("no music " + "very " * 200 + "birds")
    assert {"music", "birds"} <= set(intent.excluded)
    assert not intent.sources


def test_explain_says_each_thing_with_its_reason() -> None:
    lines = explain(
        read_words("heavy rain on a tin roof, a dog barks at 2 s on the left, no birds, xqzzvk")
    ).splitlines()
    assert "s1: rain.metal on ambient: rate_mm_h 25.0, surface metal" in lines
    assert "s2: dog.bark on action: at 2 s, pan -0.7" in lines
    assert "    does not sound: no instrument plays dog.bark yet" in lines
    assert "excluded: birds (forbidden in 'no birds')" in lines
    assert "not understood: 'xqzzvk'" in lines


@pytest.mark.parametrize(
    ("words", "counted"),
    [("three balls bounce", "three balls"), ("two old men knock", "two old men"), ("两个人走路", "两个人")],
)
def test_explain_says_that_a_number_of_things_counts_no_sounds(words: str, counted: str) -> None:
    assert f"no count from {counted!r}: it counts people or things, not sounds" in explain(read_words(words))


def test_explain_says_in_one_line_that_nothing_else_sounds() -> None:
    intent = read_words("only rain, no birds")
    assert explain(intent).splitlines()[2:] == [
        "excluded: birds (forbidden in 'no birds')",
        "excluded: everything else (only what the words name may sound)",
    ]
    assert len(intent.decisions) < 6
    assert all(intent.excludes(family.default) for family in ontology().families.values() if family.id != "rain")


def test_explain_of_nothing_says_so() -> None:
    assert explain(read_words("")) == "the words ask for nothing that sounds: the picture alone decides"


CLAUSES = [
    "heavy rain on a tin roof", "distant thunder", "no birds", "a man walks on gravel", "the wooden door slams at 3 s",
    "without music", "no footsteps", "wind in the trees", "不要风声", "远处的雷声", "玻璃杯掉在水泥地上", "没有鸟叫",
    "a fire crackles",
]  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(CLAUSES), min_size=1, max_size=5, unique=True).flatmap(
        lambda c: st.tuples(st.just(c), st.permutations(c))
    )
)
def test_the_order_of_clauses_does_not_change_what_sounds(orders: tuple[list[str], list[str]]) -> None:
    one, other = (read_words(". ".join(order)) for order in orders)
    assert sorted(entries(one)) == sorted(entries(other))
    assert set(one.excluded) == set(other.excluded)


@settings(deadline=None)
@given(st.sampled_from(sorted(ontology().families)), st.lists(st.sampled_from(CLAUSES), max_size=4), st.booleans())
def test_what_is_negated_is_never_among_the_sources(family: str, others: list[str], first: bool) -> None:
    name = next(word for word in ontology().families[family].words["en"] if "+" not in word)
    clauses = [f"no {name}", *others] if first else [*others, f"no {name}"]
    intent = read_words(", ".join(clauses))
    assert intent.excludes(ontology().families[family].default) or family in intent.excluded
    assert not any(source.entry.startswith(family + ".") for source in intent.sources)


@pytest.mark.parametrize("family", sorted(ontology().families))
@pytest.mark.parametrize("how", ["", "distant ", "loud "])
def test_a_plain_no_beats_the_same_word_asked_for(family: str, how: str) -> None:
    name = next(word for word in ontology().families[family].words["en"] if "+" not in word)
    intent = read_words(f"{how}{name}, no {name}")
    assert intent.excludes(ontology().families[family].default) or family in intent.excluded


@settings(deadline=None)
@given(st.sampled_from(sorted(ontology().families)), st.sampled_from(["不要", "没有", "无", "去掉", "不要有"]))
def test_each_family_can_be_negated_in_chinese(family: str, negation: str) -> None:
    name = next(word for word in ontology().families[family].words["zh"] if "+" not in word)
    intent = read_words(f"{negation}{name}")
    assert not intent.sources
    assert family in intent.excluded


PIECES = (
    "rain ", "no ", "雨", "不要", "at 3 s ", "00:00:01:02 ", "after ", "之后", ", ", "。", "every ", "\u202e", "🌧",
    "half ", "only ", "then ", "0:99 ", "door ", "except ", "的", "三", "秒",
)  # fmt: skip
ANY_TEXT = st.text(max_size=200) | st.lists(st.sampled_from(PIECES), max_size=40).map("".join)


@settings(max_examples=300, deadline=None)
@given(ANY_TEXT)
def test_no_text_crashes_and_the_same_text_means_the_same(words: str) -> None:
    intent = read_words(words)
    assert intent == read_words(words)
    assert intent.words == words
    assert not any(intent.excludes(source.entry) for source in intent.sources)
    assert [source.id for source in intent.sources] == [f"s{n}" for n in range(1, len(intent.sources) + 1)]
    assert explain(intent)
