"""Mend the CMake files of the ROS 2 wheels here: they name folders of the machine that built them.

Run by `make ros` with the environment's own Python; running it again changes nothing.
"""

import re
import sys
import sysconfig
from pathlib import Path

STALE = r"/opt/python/cp\d+-cp\d+t?"


def main() -> int:
    """Point every exported target at this interpreter's headers, numpy's headers and this prefix."""
    import numpy

    prefix = Path(sys.prefix)
    headers = sysconfig.get_paths()["include"]
    if not (Path(headers) / "Python.h").is_file():
        print(f"no Python.h in {headers}; install this Python's headers (python3-dev)", file=sys.stderr)
        return 2
    rules = [
        (STALE + r"/lib/python[\d.]+t?/site-packages/numpy/(_core|core)/include", numpy.get_include()),
        (STALE + r"/include/python[\d.]+t?", headers),
        (STALE, str(prefix)),
    ]
    share = prefix / "share"
    files = [*share.rglob("*.cmake"), *(share / "ament_index/resource_index/parent_prefix_path").glob("*")]
    changed = 0
    for file in files:
        old = new = file.read_text(encoding="utf-8")
        for pattern, right in rules:
            new = re.sub(pattern, lambda _, right=right: right, new)
        if new != old:
            file.write_text(new, encoding="utf-8")
            changed += 1
    print(f"{changed} files of the wheels mended", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
