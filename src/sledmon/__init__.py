"""sledmon: velocity of the sled resisted backpedal, measured and judged honestly."""
