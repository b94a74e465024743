"""The same drive in several processes."""

import os
import subprocess
import sys


def test_the_same_seed_makes_the_same_bytes_whatever_the_hash_seed() -> None:
    command = [sys.executable, "-m", "tests.processes.drive_digest", "7", "300"]
    running = [
        subprocess.Popen(
            command, env={**os.environ, "PYTHONHASHSEED": str(n)}, stdout=subprocess.PIPE, text=True
        )
        for n in range(3)
    ]
    told = [process.communicate()[0].split() for process in running]
    assert int(told[0][0]) > 100
    assert told[0] == told[1] == told[2]
