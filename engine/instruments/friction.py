"""Things that move along each other. One roll or slide drives two notes: the contact itself and what both bodies ring.
Speeds are in metres a second and may be curves over the note.
"""

from __future__ import annotations

from engine.instruments.registry import register
from engine.instruments.rolling import Roll, RollBody
from engine.instruments.scraping import Scrape, ScrapeBody

register(Roll())
register(RollBody())
register(Scrape())
register(ScrapeBody())
