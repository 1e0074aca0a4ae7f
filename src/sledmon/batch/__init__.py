"""Many recordings: each analysed once, here, in local processes or on a cluster."""

from sledmon.batch.cache import ResultCache, default_cache
from sledmon.batch.one import Outcome
from sledmon.batch.run import analyze_all, recordings_in

__all__ = ["Outcome", "ResultCache", "analyze_all", "default_cache", "recordings_in"]
