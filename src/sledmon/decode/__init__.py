"""Packets to samples: order, gaps, unwrapping; device clocks to session time."""

from sledmon.decode.decoder import LAYOUTS, Decoded, Decoder
from sledmon.decode.quality import QualityLog

__all__ = ["LAYOUTS", "Decoded", "Decoder", "QualityLog"]
