"""`python -m intent_bridge` is `intent-bridge`."""

import sys

from intent_bridge.cli import main

if __name__ == "__main__":
    sys.exit(main())
