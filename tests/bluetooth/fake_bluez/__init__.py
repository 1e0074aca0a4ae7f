"""A fake ``org.bluez`` on a private D-Bus daemon: what bluetoothd shows of sensors in the air.

``process`` is the program, ``air`` what a test may do to it, ``daemon`` the D-Bus side with
``adapter``, ``device`` and ``gatt``, ``sensor`` and ``link`` the radio side, driven by
``sledmon.twin.firmware``. How the real daemon behaves was measured (bluetoothd 5.66 under a real
kernel) or read in its sources; where it matters, it stands beside the code.
"""
