"""The athletes' pages and the coach's board, served on one interface of the local network."""

from sledmon.present.share.server import ShareServer

__all__ = ["ShareServer"]
