"""The version of sledmon, as stated in every result and recording."""

VERSION = "0.1.0"
