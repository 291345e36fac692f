"""Runs under the system's Python, in GStreamer Editing Services: renders the sound of each .xges file it is told of.

A request is one line "PROJECT TAB WAVE"; the answer is one line, "done" or what went wrong.
"""

from __future__ import annotations

import sys
from pathlib import Path

import gi  # type: ignore[import-not-found, import-untyped, unused-ignore]

gi.require_version("GES", "1.0")
gi.require_version("GstPbutils", "1.0")
from gi.repository import GES, GLib, Gst, GstPbutils  # type: ignore[import-not-found, unused-ignore]  # noqa: E402

LONGEST_S = 60
SOUND = "audio/x-raw,format=S16LE,rate=48000,channels=2,layout=interleaved"


def loaded(project: Path) -> GES.Timeline:
    """The project's timeline with its sound alone, once all of its media was found."""
    loop, asset = GLib.MainLoop(), GES.Project.new(project.as_uri())
    lost: list[str] = []
    asset.connect("loaded", lambda *_: loop.quit())
    asset.connect("error-loading-asset", lambda _, error, name, kind: lost.append(f"{name}: {error.message}"))
    asset.connect("missing-uri", lambda _, error, missing: lost.append(missing.get_id()))
    timeline = asset.extract()
    GLib.timeout_add_seconds(LONGEST_S, loop.quit)
    loop.run()
    if lost:
        raise RuntimeError("; ".join(lost))
    for track in timeline.get_tracks():
        if track.get_property("track-type") == GES.TrackType.VIDEO:
            timeline.remove_track(track)
        else:
            track.set_restriction_caps(Gst.Caps.from_string(SOUND))
    timeline.commit_sync()
    return timeline


def render(project: Path, wave: Path) -> None:
    pipeline = GES.Pipeline()
    pipeline.set_timeline(loaded(project))
    container = GstPbutils.EncodingContainerProfile.new("wave", None, Gst.Caps.from_string("audio/x-wav"), None)
    profile = GstPbutils.EncodingAudioProfile.new(Gst.Caps.from_string(SOUND), None, None, 0)
    container.add_profile(profile)
    pipeline.set_render_settings(wave.as_uri(), container)
    pipeline.set_mode(GES.PipelineFlags.RENDER)
    pipeline.set_state(Gst.State.PLAYING)
    ends = Gst.MessageType.EOS | Gst.MessageType.ERROR
    message = pipeline.get_bus().timed_pop_filtered(LONGEST_S * Gst.SECOND, ends)
    pipeline.set_state(Gst.State.NULL)
    if message is None:
        raise RuntimeError(f"it did not end in {LONGEST_S} s")
    if message.type == Gst.MessageType.ERROR:
        raise RuntimeError(message.parse_error()[0].message)


def serve() -> None:
    Gst.init(None)
    GES.init()
    for line in sys.stdin:
        project, wave = line.rstrip("\n").split("\t")
        try:
            render(Path(project), Path(wave))
            answer = "done"
        except (RuntimeError, GLib.Error) as error:
            answer = str(error).replace("\n", " ")
        print(answer, flush=True)


serve()
