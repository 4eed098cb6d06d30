"""Pictures in a Word document that nobody reads: one large enough may be a table of the report."""

from __future__ import annotations

import re

from lxml import etree

from tasks.read.docx_numbering import W

MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_EMU = re.compile(r"[0-9]{1,12}")
_CM = 360_000
_VML_SIZE = re.compile(r"(?:^|;)\s*(width|height)\s*:\s*([\d.]{1,9})(pt|in|cm|mm)")
_VML_UNITS = {"pt": 12_700, "in": 914_400, "cm": _CM, "mm": 36_000}


def large_pictures(body: etree._Element) -> int:
    """Count the pictures that could hold a table: wider than 8 cm and higher than 2 cm."""
    count = 0
    for extent in body.iter(_DRAWN + "extent"):
        x, y = extent.get("cx") or "0", extent.get("cy") or "0"
        text_box = next(extent.getparent().iter(W + "txbxContent"), None) is not None
        if _EMU.fullmatch(x) and _EMU.fullmatch(y) and not text_box:
            count += int(x) > 8 * _CM and int(y) > 2 * _CM
    for picture in body.iter("{urn:schemas-microsoft-com:vml}imagedata"):
        if next(picture.iterancestors(MC + "Fallback"), None) is not None:
            continue  # drawn again for old readers
        sizes = {
            side: float(size) * _VML_UNITS[unit]
            for side, size, unit in _VML_SIZE.findall(picture.getparent().get("style") or "")
            if size.count(".") < 2 and size != "."
        }
        count += sizes.get("width", 0) > 8 * _CM and sizes.get("height", 0) > 2 * _CM
    return count
