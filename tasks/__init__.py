"""The steps of the pipeline, each a function from values to values; side effects stand at the ends.

collect → read → extract → validate → score → persist → publish. Nothing here knows Prefect.
"""
