"""Stems after the cut has changed: sound goes with its pictures, and only what is new is made."""
