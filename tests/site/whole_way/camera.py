"""Looks at every page on an office screen and on a phone, and keeps a picture of both."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page

OFFICE, PHONE = (1366, 768), (390, 844)
COLOURS = 256


@dataclass
class Camera:
    """Keeps pictures in a folder; what it finds wrong with a page is listed by its name."""

    folder: Path
    pictures: Path | None = None
    """Where the pictures of the guide go, if they are to be made anew."""
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def take(self, page: Page, name: str, guide: tuple[int, int] | None = None) -> None:
        """Look at a page; `guide`: the size of its picture in the guide, from the top of what is shown."""
        if guide and self.pictures:
            self._for_the_guide(page, self.pictures / f"{name}.png", guide)
        for suffix, (width, height) in (("phone", PHONE), ("office", OFFICE)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(100)
            page.screenshot(path=self.folder / f"{name}-{suffix}.png", full_page=True)
            found = [
                f"{one['id']}: {node['html']}"
                for one in Axe().run(page).response["violations"]
                for node in one["nodes"]
            ]
            across = page.evaluate("document.documentElement.scrollWidth")
            found += [f"{across} wide"] if across != width else []
            if found:
                self.wrong[f"{name}-{suffix}"] = found

    def _for_the_guide(self, page: Page, file: Path, size: tuple[int, int]) -> None:
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(200)
        picture = Image.open(io.BytesIO(page.screenshot()))
        few = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        few.save(file, optimize=True)
