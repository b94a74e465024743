"""`python -m intent_bridge.serve.mcp_token NAME [DOMAIN…]`: a new token, and its entry for the access file.

The token is printed once, on standard error; the entry, on standard output, knows only its hash.
"""

import hashlib
import secrets
import sys
from collections.abc import Sequence

from intent_bridge.serve.mcp_access import DOMAINS, ClientFile


def main(arguments: Sequence[str]) -> int:
    """Make a token and print both halves."""
    name, *domains = arguments or ("",)
    wrong = [domain for domain in domains if domain not in DOMAINS]
    if not name or wrong:
        print("error: give a name, then domains out of " + ", ".join(DOMAINS), file=sys.stderr)
        return 2
    token = secrets.token_urlsafe(32)
    digest = hashlib.sha256(token.encode()).hexdigest()
    ClientFile.model_validate({"name": name, "token_sha256": digest, "scopes": domains or ["read"]})
    print(f"token (shown once): {token}", file=sys.stderr)
    print(f"  - name: {name}\n    token_sha256: {digest}\n    scopes: [{', '.join(domains or ['read'])}]")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
