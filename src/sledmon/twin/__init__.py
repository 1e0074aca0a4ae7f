"""The simulated athlete, sled, strap, sensors and radio, with known truth.

``simulate`` gives the records that a live recording would hold: bytes as firmware sends them, with
arrival times, so that everything downstream is the real path. What is simulated, and with which
figures, stands beside each number; the ranges are those of SOURCES 6.
"""

from sledmon.twin.faults import LEVELS, FaultLevel, fault_level
from sledmon.twin.motion import Contact, Motion
from sledmon.twin.params import Disconnect, RadioDeath, SessionParams
from sledmon.twin.session import SimulatedSensor, SimulatedSession, simulate
from sledmon.twin.truth import RepTruth, SessionTruth

__all__ = [
    "LEVELS",
    "Contact",
    "Disconnect",
    "FaultLevel",
    "Motion",
    "RadioDeath",
    "RepTruth",
    "SessionParams",
    "SessionTruth",
    "SimulatedSensor",
    "SimulatedSession",
    "fault_level",
    "simulate",
]
