"""How a Python that refuses pip (PEP 668) finds the library: the recipe of docs/ros.md."""

import subprocess
import sysconfig
from pathlib import Path

import pytest

SYSTEM = Path("/usr/bin/python3")
ROOT = Path(__file__).parents[2]


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    given = [str(part) for part in command]
    return subprocess.run(given, capture_output=True, text=True, timeout=500, check=False, cwd="/")


def test_a_venv_that_sees_the_systems_packages_takes_the_library_where_pip_is_refused(tmp_path: Path) -> None:
    where = "import sysconfig; print(sysconfig.get_path('stdlib'))"
    stdlib = Path(run(SYSTEM, "-c", where).stdout.strip()) if SYSTEM.exists() else Path()
    if not (stdlib / "EXTERNALLY-MANAGED").is_file() or sysconfig.get_path("stdlib") == str(stdlib):
        pytest.skip("this machine's own Python is not externally managed (PEP 668)")
    if run(SYSTEM, "-c", "import ensurepip, pip").returncode:
        pytest.skip("this machine's own Python has no pip and no venv")
    refused = run(SYSTEM, "-m", "pip", "install", "--no-deps", ROOT)
    assert refused.returncode != 0 and "externally-managed" in refused.stderr
    assert run(SYSTEM, "-m", "venv", "--system-site-packages", tmp_path / "venv").returncode == 0
    python = tmp_path / "venv/bin/python"
    done = run(python, "-m", "pip", "install", "--quiet", "--no-deps", "-c", ROOT / "constraints.txt", ROOT)
    assert done.returncode == 0, done.stderr
    found = run(python, "-c", "import importlib.util as u; print(u.find_spec('intent_bridge').origin)")
    assert str(tmp_path) in found.stdout
    import_system = run(python, "-c", "import sys; print([p for p in sys.path if 'dist-packages' in p])")
    assert "dist-packages" in import_system.stdout, "the packages of the distribution's ROS are seen"
