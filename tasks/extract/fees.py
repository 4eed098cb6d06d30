"""The sentence in which a report says whether it charged 信息处理费 (国办函〔2020〕109号)."""

from __future__ import annotations

import re

from tasks.extract.wording import fold, squeeze

_SENTENCE = re.compile(r"[^。；;!！?？]+[。；;!！?？]?")
_OTHER_SECTION = re.compile(r"信息(?:公开)?处理费|处理费用?|收费|收取[^,。]{0,12}费|费用")
_OVERVIEW = re.compile(r"信息(?:公开)?处理费|(?:依申请|信息公开)[^,。]{0,12}(?:收费|费用|收取)")
_ANYWHERE = re.compile(r"信息(?:公开)?处理费")
_OTHER_FEES = re.compile(r"行政事业性收费")


def fee_statement(other: str, overview: str, whole: str) -> str | None:
    """Return the first sentence on the fee in section six, else in section one, else anywhere; or None.

    The last is for statements that stand in another place or in a section whose heading was not found:
    an agency that did report on the fee is not told that it did not.
    """
    for text, wanted in ((other, _OTHER_SECTION), (overview, _OVERVIEW), (whole, _ANYWHERE)):
        for sentence in _SENTENCE.findall(text.replace("\n", "")):  # conversions break lines inside sentences
            folded = fold(sentence)
            if wanted.search(_OTHER_FEES.sub("", folded)):
                return squeeze(sentence)
    return None
