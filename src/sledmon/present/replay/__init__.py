"""Replay without a window: what is shown of a recording, where its cursor stands, what is said."""
