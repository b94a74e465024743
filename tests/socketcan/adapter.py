"""A simulated serial CAN adapter: the kernel's slcan driver on one end of a pty, the test on the other.

The kernel sees a real CAN network device, whose frames, error counters, bus-off and unplugging are the
test's to decide. With a `cable` to a vcan bus it carries that bus's frames both ways.
"""

import contextlib
import fcntl
import os
import pty
import select
import socket
import struct
import subprocess
import termios
import threading
import tty

N_SLCAN = 17
_FRAME = struct.Struct("=IB3x8s")
_EXTENDED = 0x80000000


class Adapter:
    """The far side of the serial line; speaks the Lawicel protocol that slcan speaks."""

    def __init__(self, cable: str | None = None, name: str | None = None) -> None:
        self._ours, self._kernels = pty.openpty()
        tty.setraw(self._kernels)
        tty.setraw(self._ours)
        before = set(os.listdir("/sys/class/net"))
        fcntl.ioctl(self._kernels, termios.TIOCSETD, struct.pack("i", N_SLCAN))
        self.device = (set(os.listdir("/sys/class/net")) - before).pop()
        if name is not None:
            subprocess.run(["ip", "link", "set", self.device, "name", name], check=True)
            self.device = name
        self.commands: list[bytes] = []
        self.frames: list[bytes] = []
        """Frames the kernel handed over, as the protocol writes them (`t1232DEAD`)."""
        self._reading, self._plugged = threading.Event(), threading.Event()
        self._reading.set()
        self._plugged.set()
        self._cable: socket.socket | None = None
        if cable is not None:
            self._cable = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
            self._cable.bind((cable,))
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def inject(self, line: bytes) -> None:
        """Say something to the kernel: a frame (`t1232DEAD`), a state (`sb255255`: bus-off), an error."""
        os.write(self._ours, line + b"\r")

    def warn(self) -> None:
        """The controller counts errors: error warning."""
        self.inject(b"sw100010")

    def be_passive(self) -> None:
        """More errors: error passive."""
        self.inject(b"sp130130")

    def be_active(self) -> None:
        """No more errors."""
        self.inject(b"sa000000")

    def go_bus_off(self) -> None:
        """Too many errors: the controller leaves the bus."""
        self.inject(b"sb255255")

    def stall(self) -> None:
        """Take no more bytes from the kernel."""
        self._reading.clear()

    def resume(self) -> None:
        """Take bytes again."""
        self._reading.set()

    def unplug(self) -> None:
        """Pull the plug: the network device disappears."""
        if not self._plugged.is_set():
            return
        self._plugged.clear()
        self._reading.set()
        self._thread.join()
        os.close(self._kernels)
        os.close(self._ours)
        if self._cable is not None:
            self._cable.close()

    def _run(self) -> None:
        rest = b""
        while self._plugged.is_set():
            watched: list[int | socket.socket] = [] if self._cable is None else [self._cable]
            if self._reading.is_set():
                watched.append(self._ours)
            ready = select.select(watched, [], [], 0.02)[0]
            if self._ours in ready:
                rest += os.read(self._ours, 4096)
                *lines, rest = rest.split(b"\r")
                for line in lines:
                    self._from_kernel(line)
            if self._cable is not None and self._cable in ready:
                self._from_cable(self._cable.recv(72))

    def _from_kernel(self, line: bytes) -> None:
        if line[:1] not in (b"t", b"T"):
            self.commands.append(line)
            return
        self.frames.append(line)
        if self._cable is not None:
            digits = 3 if line[:1] == b"t" else 8
            number = int(line[1 : 1 + digits], 16) | (_EXTENDED if digits == 8 else 0)
            data = bytes.fromhex(line[2 + digits :].decode())
            with contextlib.suppress(OSError):
                self._cable.send(_FRAME.pack(number, len(data), data))

    def _from_cable(self, frame: bytes) -> None:
        if len(frame) == _FRAME.size:
            number, length, data = _FRAME.unpack(frame)
            extended = number & _EXTENDED
            head = b"T%08X" % (number & 0x1FFFFFFF) if extended else b"t%03X" % (number & 0x7FF)
            self.inject(head + b"%d" % length + data[:length].hex().upper().encode())
