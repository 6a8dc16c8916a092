"""The way both yardsticks talk: commands on stdin, one line of JSON an answer on stdout, in order (README.md)."""

import json
import sys


def serve(hello, answer):
    """Says hello, then answers every line until `quit` or the end of stdin. An exception is an answer, too."""
    print(json.dumps(hello), flush=True)
    for line in sys.stdin:
        if line.strip() == "quit":
            return
        try:
            reply = answer(line.strip())
        except Exception as error:  # noqa: BLE001 - whoever asked must hear of it, whatever it is
            reply = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(reply), flush=True)
