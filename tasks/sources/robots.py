"""robots.txt: what it forbids us and how long it asks us to wait, by RFC 9309."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.robotparser import RobotFileParser

LARGEST = 500 << 10
"""Bytes; what stands beyond is not read (RFC 9309, 2.5)."""
LONGEST_DELAY = 60.0
"""Seconds. A site that asks for more is asked once a minute."""
FORBIDDEN = "网站的robots.txt不允许自动访问该网址，未予访问；请向该机关索取文件，放入文件夹后核查。"
NOT_NOW = "今天取不到该网站的robots.txt，按惯例暂不访问，请稍后重试。原因：{why}"


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one site. Without any everything is allowed."""

    parser: RobotFileParser | None
    agent: str

    def allow(self, url: str) -> bool:
        """Say whether an address may be visited."""
        return self.parser is None or self.parser.can_fetch(self.agent, url)

    @property
    def delay(self) -> float:
        """Seconds between two requests that the site asks for."""
        asked = self.parser.crawl_delay(self.agent) if self.parser else None
        return min(float(asked or 0), LONGEST_DELAY)


def rules(content: bytes, agent: str) -> Rules:
    """Read a robots.txt; bytes that are no UTF-8 and lines that are no rules are passed over."""
    parser = RobotFileParser()
    parser.parse(content[:LARGEST].decode("utf-8-sig", "replace").splitlines())
    return Rules(parser, agent.split("/")[0].split()[0])
