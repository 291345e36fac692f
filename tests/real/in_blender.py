"""Runs in Blender, headless: builds a sequence of sound strips for each request and mixes it down to a wave file.

A request is one line of JSON with "rate" [numerator, denominator], "end_frame", "wave" and "strips", each
[path, channel, start_frame, head_frames, frames]; the answer is one line that begins with ANSWER.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import bpy  # type: ignore[import-not-found, import-untyped, unused-ignore]

ANSWER = "@answer "


def mix_down(request: dict[str, Any]) -> None:
    bpy.ops.wm.read_factory_settings(use_empty=True)
    scene = bpy.context.scene
    numerator, denominator = request["rate"]
    nominal = -(-numerator // denominator)
    scene.render.fps, scene.render.fps_base = nominal, nominal * denominator / numerator
    scene.render.ffmpeg.audio_mixrate, scene.render.ffmpeg.audio_channels = 48_000, "STEREO"
    scene.frame_start, scene.frame_end = 1, request["end_frame"]  # frame 1 is the first
    strips = scene.sequence_editor_create().sequences
    for number, (path, channel, start, head, frames) in enumerate(request["strips"]):
        strip = strips.new_sound(str(number), path, channel, 1 + start - head)
        strip.frame_offset_start = head
        strip.frame_final_duration = frames
    bpy.ops.sound.mixdown(filepath=request["wave"], container="WAV", codec="PCM", format="S16")


def serve() -> None:
    for line in sys.stdin:
        try:
            mix_down(json.loads(line))
            answer = "done"
        except (RuntimeError, ValueError, AttributeError) as error:
            answer = str(error).replace("\n", " ")
        print(ANSWER + answer, flush=True)


serve()
