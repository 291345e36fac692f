"""Shots looked at while other work goes on: on processes of their own where there is much to see, else on a thread.

Decoding and watching take longer than all the rest of a job. On processes they run on every core, beside the loading of
instruments and the reading of words, and a file that brings a decoder down does not take the job with it.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator, MutableSequence, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait as wait_for_any
from types import ModuleType

import cv2

from engine.types import Cancel, CancelledError, MediaError, MissingMediaError, Progress, Shot
from engine.vision.look import Look, look, recall

PROCESSES = 2  # more would only take memory: where there are more cores, each decodes on several threads
MOST_THREADS = 4
WORTH_PROCESSES_S = 8.0  # of footage; with less, a thread is done before a process has begun
_POLL_S = 0.05
_STOP = -1
_BEGUN = 1e-6
_SPAWN = get_context("spawn")

Unreadable = (MediaError, MissingMediaError)
NO_PROCESSES = (OSError, ValueError, TypeError, ImportError, BrokenProcessPool)
"""What embedded interpreters and full disks raise where a process is asked for."""

Seen = Look | MediaError | MissingMediaError
Board = MutableSequence[float]  # how far each shot is, 0..1; the last asks all to stop when it is not 0


@contextmanager
def looked_at(shots: Sequence[Shot], progress: Progress, cancel: Cancel | None = None) -> Iterator[Iterator[Seen]]:
    """What each shot shows, in order; a shot that cannot be read is answered with its error.

    Looking begins at once, and has ended when the context is left. Where processes cannot be had, it is done on a
    thread. The iterator raises CancelledError.
    """
    with ExitStack() as stack:
        looks = None
        if _worth_processes(shots):
            with suppress(*NO_PROCESSES):
                looks = stack.enter_context(_processes(shots, progress))
        if looks is None:
            looks = stack.enter_context(_thread(shots, progress))
        yield _answers(shots, looks, progress, cancel)


def _worth_processes(shots: Sequence[Shot]) -> bool:
    unseen_s = sum(float(shot.duration * abs(shot.speed)) for shot in shots if not _known(shot))
    return unseen_s > WORTH_PROCESSES_S and (os.cpu_count() or 1) > 1


def _known(shot: Shot) -> bool:
    """Whether nothing has to be decoded: it was seen before, or there is nothing to see."""
    try:
        return shot.media is None or recall(shot) is not None
    except Unreadable:
        return True


def _answers(
    shots: Sequence[Shot], looks: Sequence[Future[Look]], progress: Progress, cancel: Cancel | None
) -> Iterator[Seen]:
    for shot, future in zip(shots, looks, strict=True):
        try:
            yield _result(shot, future, cancel)
        except BrokenProcessPool:  # some shot brought its process down, and with it all that were asked
            yield _by_itself(shot, progress, cancel)
        except Unreadable as error:
            yield error


def _result(shot: Shot, future: Future[Look], cancel: Cancel | None) -> Look:
    while not wait([future], timeout=_POLL_S).done:
        if cancel and cancel.is_set():
            raise CancelledError(f"{shot.name}: looking was stopped")
    return future.result()


def _by_itself(shot: Shot, progress: Progress, cancel: Cancel | None) -> Seen:
    """Once more in a process of its own; where no process ever begins to look, on a thread."""
    begun = threading.Event()

    def told(name: str, stage: str, fraction: float) -> None:
        begun.set()
        progress(name, stage, fraction)

    try:
        with _processes([shot], told) as [future]:
            return _result(shot, future, cancel)
    except Unreadable as error:
        return error
    except NO_PROCESSES:
        if begun.is_set():
            return MediaError(
                f"{shot.media}: reading the picture of {shot.name!r} ended the program that read it; "
                "the file is damaged or there is too little memory: render it again."
            )
    with _thread([shot], progress) as [future]:
        try:
            return _result(shot, future, cancel)
        except Unreadable as error:
            return error


@contextmanager
def _thread(shots: Sequence[Shot], progress: Progress) -> Iterator[list[Future[Look]]]:
    stop = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="look") as pool:
        try:
            yield [pool.submit(look, shot, partial(progress, shot.name, "looking"), stop) for shot in shots]
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _processes(shots: Sequence[Shot], progress: Progress) -> Iterator[list[Future[Look]]]:
    board = _SPAWN.RawArray("d", len(shots) + 1)  # without a lock: a process that dies holds none
    threads = max(1, min((os.cpu_count() or 1) // min(PROCESSES, len(shots)), MOST_THREADS))
    told = threading.Event()
    teller = threading.Thread(target=_tell, args=(shots, board, progress, told), name="look progress")
    pool = ProcessPoolExecutor(PROCESSES, _SPAWN, _begin, (board,))
    try:
        with _strangers_to_main(), _deaf_to_interrupts():  # processes begin with the first that is asked
            looks = [pool.submit(_look_there, shot, number, threads) for number, shot in enumerate(shots)]
        teller.start()
        yield looks
    finally:
        board[_STOP] = 1.0
        pool.shutdown(wait=True, cancel_futures=True)
        told.set()
        if teller.ident is not None:
            teller.join()


@contextmanager
def _strangers_to_main() -> Iterator[None]:
    """Processes that begin in here do not run the host's main program again: it may have no guard, or no file."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    """Processes that begin in here never hear a Ctrl-C, not even while they load; one that comes now is heard after."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _tell(shots: Sequence[Shot], board: Board, progress: Progress, told: threading.Event) -> None:
    """Pass on what the processes write on the board, until all is told."""
    before = [-1.0] * len(shots)
    while True:
        last = told.wait(_POLL_S)
        for number, shot in enumerate(shots):
            now = board[number]
            if now != before[number] and now > 0.0:
                before[number] = now
                progress(shot.name, "looking", now)
        if last:
            return


class _There:
    """In a worker process: how far each shot is, and last whether to stop."""

    board: Board

    def is_set(self) -> bool:
        return bool(self.board[_STOP])


def _begin(board: Board) -> None:
    _There.board = board
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches the whole group; the parent decides
    cv2.setNumThreads(1)  # a picture this small is done before a second thread has woken up
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait_for_any([parent.sentinel])
        os._exit(1)  # nobody would ever take the answer


def _look_there(shot: Shot, number: int, threads: int) -> Look:
    def told(fraction: float) -> None:
        _There.board[number] = max(fraction, _BEGUN)

    told(0.0)
    return look(shot, told, _There(), threads=threads)
