"""Foleyline's engine: from pictures and words to three stems."""

VERSION = "0.1.0"
