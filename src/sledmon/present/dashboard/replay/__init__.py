"""Replay: the session, one rep's curves, its corrections, and reps beside each other."""

from sledmon.present.dashboard.replay.screen import ReplayScreen

__all__ = ["ReplayScreen"]
