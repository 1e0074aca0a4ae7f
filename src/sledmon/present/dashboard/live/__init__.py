"""The live screen and the athlete's window."""
