"""From a Document to the frames: knows the template, knows nothing of file formats."""

from tasks.extract.report import extract, extract_rows, frames
from tasks.extract.several import split

__all__ = ["extract", "extract_rows", "frames", "split"]
