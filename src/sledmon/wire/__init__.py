"""The bytes of each sensor's packets, packed and unpacked, exactly as tabled in firmware_notes/."""
