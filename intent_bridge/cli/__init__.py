"""The command line `intent-bridge`. Verbs stand in `app`; what is heavy is imported when needed."""


def main() -> int:
    """Run the command line; returns the exit code (see `exits`)."""
    from intent_bridge.cli.app import main as run

    return run()
