"""The child process that is the local Prefect server: ``python -m flows.server_process FD``.

FD is a listening socket handed down by the parent, so that no other program can take the port in
between. Standard input is a pipe held open by the parent: when it closes, because the parent ended in
whatever way, the server ends too and nothing is left running.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time

_GRACE_SECONDS = 5.0


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


def serve(listening: socket.socket) -> None:
    """Run Prefect's API on a bound socket until SIGTERM."""
    import uvicorn
    from prefect.server.api.server import create_app

    config = uvicorn.Config(create_app, factory=True, log_level="error", lifespan="on")
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    threading.Thread(target=_end_with_parent, daemon=True).start()
    serve(socket.socket(fileno=int(sys.argv[1])))
