"""Packets to samples: order, gaps, unwrapping; device clocks to session time."""

from sledmon.decode.decoder import Decoded, Decoder
from sledmon.decode.layouts import LAYOUTS
from sledmon.decode.quality import QualityLog

__all__ = ["LAYOUTS", "Decoded", "Decoder", "QualityLog"]
