"""Doors, latches, locks, switches: movements that are a fixed order of small contacts."""

from __future__ import annotations

from engine.instruments.doors import Door, DoorBody
from engine.instruments.registry import register
from engine.instruments.switches import Click

register(Door())
register(DoorBody())
register(Click())
