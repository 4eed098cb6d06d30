"""The order of the work, retries and concurrency: Prefect flows, and the local server they run against.

`sweep.py` is the flow; `chunks.py` and `batches.py` are its two stages as plain functions, free of
Prefect, so that `hecha check` and the tests can use them without a server.
"""
