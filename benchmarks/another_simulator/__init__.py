"""A second simulator, with other physics than the twin's, and how well its sessions are measured.

``python -m benchmarks.another_simulator [--sessions 20] [--first-seed 1] [SEVERITY ...]``

It shares no code with ``sledmon.twin`` and writes the plain tables that ``sledmon import`` takes.
World axes: x along the run, y to the left of it, z up. Body axes: facing, left, up; who backpedals
faces -x, towards the reel. Everything stands on one grid of 0.5 ms, and velocity and acceleration
are differences of the positions there, so that they cannot disagree.
"""
