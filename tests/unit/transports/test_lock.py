"""One bridge per vehicle: a second one is refused while the first lives, and never longer."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from intent_bridge import Bridge
from intent_bridge.errors import TransportError
from intent_bridge.transports.lock import BusLocks, lock_folder

BUSES = {"body": {"interface": "virtual", "channel": "lock-test"}}
HOLD = (
    "import sys; from pathlib import Path; from intent_bridge.transports.lock import BusLocks; "
    "locks = BusLocks({'body': {'interface': 'virtual', 'channel': 'lock-test'}}, Path(sys.argv[1])); "
    "print('held', flush=True); sys.stdin.read()"
)


def test_a_second_process_is_refused_by_name_and_a_dead_one_holds_nothing(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    try:
        with pytest.raises(TransportError, match=rf"commanded by another bridge \(process {other.pid}\)"):
            BusLocks(BUSES, tmp_path)
    finally:
        other.send_signal(signal.SIGKILL)
        other.communicate()
    BusLocks(BUSES, tmp_path).release()


def test_what_was_locked_is_let_go_when_one_of_the_buses_is_taken(tmp_path: Path) -> None:
    taken = BusLocks(BUSES, tmp_path)
    both = {"another": {"interface": "virtual", "channel": "free"}, **BUSES}
    with pytest.raises(TransportError, match="bus `body`"):
        BusLocks(both, tmp_path)
    taken.release()
    BusLocks(both, tmp_path).release()


def test_a_link_in_place_of_a_lock_is_not_followed(tmp_path: Path) -> None:
    locks = BusLocks(BUSES, tmp_path)
    (file,) = tmp_path.iterdir()
    locks.release()
    victim = tmp_path / "victim"
    victim.write_text("precious")
    file.unlink()
    file.symlink_to(victim)
    with pytest.raises(TransportError, match="does not open"):
        BusLocks(BUSES, tmp_path)
    assert victim.read_text() == "precious"


def test_the_first_users_umask_does_not_keep_others_from_taking_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path))
    before = os.umask(0o077)
    try:
        assert lock_folder().stat().st_mode & 0o7777 == 0o1777
    finally:
        os.umask(before)


def test_every_user_may_take_locks() -> None:
    assert lock_folder().stat().st_mode & 0o1777 == 0o1777 or lock_folder().stat().st_uid != os.geteuid()


def test_a_second_bridge_for_the_same_buses_is_refused_and_one_that_only_listens_is_not() -> None:
    from intent_bridge.profile import load_profile

    names = tuple(load_profile("demo_sedan").file.buses)
    buses = {name: {"interface": "virtual", "channel": f"two-bridges-{name}"} for name in names}
    with Bridge.open("demo_sedan", buses=buses):
        with pytest.raises(TransportError, match="commanded by another bridge"):
            Bridge.open("demo_sedan", buses=buses)
        Bridge.open("demo_sedan", buses=buses, listen_only=True).close()
    Bridge.open("demo_sedan", buses=buses).close()


def test_buses_that_differ_in_their_port_alone_are_not_each_others(tmp_path: Path) -> None:
    group = {"interface": "udp_multicast", "channel": "239.74.163.2"}
    locks = BusLocks({"body": {**group, "port": 1}, "adas": {**group, "port": 2}}, tmp_path)
    with pytest.raises(TransportError, match="bus `adas`"):
        BusLocks({"adas": {**group, "port": 2}}, tmp_path)
    locks.release()
