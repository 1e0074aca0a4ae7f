"""Who runs: the queue, and rosters that it is read from. No Qt."""
