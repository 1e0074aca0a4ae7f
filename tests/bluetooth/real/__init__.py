"""Tier 3: the real kernel's Bluetooth and the real bluetoothd, in a guest; ``make test-bluetooth``.

``guest`` is the outer command: it has ``kernel`` build a User-Mode-Linux kernel once and ``debian``
unpack bluez, boots them on the host's own files, read-only, and reads what pytest writes. In the
guest, ``inside`` starts bluetoothd and pytest, and ``process`` holds the sensors (``peripheral``,
driven by ``sledmon.twin.firmware``) and the virtual adapters on /dev/vhci (``adapter``).
"""
