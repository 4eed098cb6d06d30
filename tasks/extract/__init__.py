"""From a Document to the frames: knows the template, knows nothing of file formats."""

from tasks.extract.report import extract, extract_rows, frames
from tasks.extract.several import split
from tasks.extract.years import link_years

__all__ = ["extract", "extract_rows", "frames", "link_years", "split"]
