"""The keys of SecOC on the command line: a folder that `INTENT_BRIDGE_SECOC` names.

Never an option: what stands on a command line stands in every list of processes. `NAME.key` holds a key in
hexadecimal; `freshness.json` is ours and keeps the counters.
"""

import os
from pathlib import Path
from typing import Any, Final

from intent_bridge.cli.exits import UsageProblem

VARIABLE: Final = "INTENT_BRIDGE_SECOC"


def secoc_options() -> dict[str, Any]:
    """What `Bridge` needs for messages under SecOC; nothing where no folder is named."""
    named = os.environ.get(VARIABLE)
    if not named:
        return {}
    folder = Path(named)
    if not folder.is_dir():
        raise UsageProblem(f"{VARIABLE}: there is no folder {folder}", "name the folder of the keys")

    def key(name: str) -> bytes:
        file = folder / f"{name}.key"
        try:
            return bytes.fromhex(file.read_text(encoding="ascii"))
        except FileNotFoundError:
            raise KeyError(name) from None
        except (OSError, ValueError):  # says nothing of the content
            raise UsageProblem(f"{file} holds no key", "write 32, 48 or 64 hexadecimal digits") from None

    return {"keys": key, "freshness": folder / "freshness.json"}
