"""Small things in somebody's hands: keys of a keyboard, sheets of paper."""

from __future__ import annotations

from engine.instruments.keys import Key, KeyBody
from engine.instruments.paper import Paper
from engine.instruments.registry import register

register(Key())
register(KeyBody())
register(Paper())
