"""A recording's results in Python: a session, its tables, and how every number was made."""

from sledmon.analysis.provenance import Provenance
from sledmon.analysis.session import Session, analyze, load
from sledmon.analysis.table import Column, Table

__all__ = ["Column", "Provenance", "Session", "Table", "analyze", "load"]
