"""What most likely happened when two sums differ. Hints for whoever mends the table; no verdict rests on them.

Each reading of a difference is exact: it names the one number that, taken otherwise, makes the sums agree.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from expectations.rules.wording import number

_SHOWN = 2
"""Of more explanations the likeliest two are told; of more slips of the pen than these none."""


def swapped(value: float) -> tuple[int, ...]:
    """Return what a number becomes when two neighbouring digits are swapped: 54 → 45."""
    text = str(int(value))
    found = []
    for place in range(len(text) - 1):
        digits = list(text)
        digits[place], digits[place + 1] = digits[place + 1], digits[place]
        other = "".join(digits)
        if other != text and not (other.startswith("0") and len(other) > 1):
            found.append(int(other))
    return tuple(dict.fromkeys(found))


def slips(names: Mapping[str, float], needed: Mapping[str, float]) -> list[str]:
    """Return sentences on numbers that, with two digits swapped or a digit too many or too few, mend the sum.

    `names`: what each number is called; `needed`: what it would have to be for the sums to agree.
    """
    found = []
    for name, value in names.items():
        wanted = needed[name]
        if value < 0 or wanted < 0 or value != int(value) or wanted != int(wanted):
            continue
        if value >= 10 and int(wanted) in swapped(value):
            found.append(f"{name}{number(value)}可能是{number(wanted)}的两位数字颠倒")
        elif value > 0 and (wanted == value * 10 or (value >= 10 and wanted * 10 == value)):
            found.append(f"{name}{number(value)}可能是{number(wanted)}多写或少写了一位")
    return found


def told(explanations: Sequence[str]) -> str | None:
    """Put explanations into one sentence; None where there is none or too many to help."""
    found = list(dict.fromkeys(explanations))
    return "；".join(found[:_SHOWN]) + "。" if 0 < len(found) <= _SHOWN else None


def balance(new: float, old: float, done: float, out: float, partial: float | None) -> str | None:
    """Explain 新收 + 上年结转 ≠ 办理结果总计 + 结转下年度 of one column (`partial`: 部分公开)."""
    gap = new + old - done - out
    found = []
    if gap > 0 and gap == old:
        found.append(f"相差数等于上年结转{number(old)}件，办理结果可能没有计入上年结转的申请")
    if gap > 0 and gap == out and old != out:
        found.append(f"相差数等于结转下年度{number(out)}件，办理结果中可能把这些申请扣除了两次")
    if gap < 0 and -gap == old:
        found.append(f"相差数等于上年结转{number(old)}件，办理结果可能重复计入了上年结转的申请")
    if gap < 0 and -gap == out:
        found.append(f"相差数等于结转下年度{number(out)}件，这些申请可能已计入办理结果")
    if gap < 0 and partial and -gap <= partial:
        found.append(
            f"办理结果多出{number(-gap)}件，不超过部分公开{number(partial)}件，区分处理的申请可能被重复计入"
        )
    names = {"第一项": new, "第二项": old, "（七）总计": done, "第四项": out}
    needed = {"第一项": new - gap, "第二项": old - gap, "（七）总计": done + gap, "第四项": out + gap}
    return told(found[:_SHOWN] or slips(names, needed))


def stock(before: float, issued: float, repealed: float, printed: float) -> str | None:
    """Explain 上年现行有效 + 制发 − 废止 ≠ 现行有效 of one kind of documents."""
    gap = printed - (before + issued - repealed)
    found = []
    if printed == before:
        found.append(f"与上一年度现行有效件数{number(before)}件相同，可能沿用了上一年度的数")
    if repealed and gap == repealed:
        found.append(f"相差数等于本年废止{number(repealed)}件，可能没有减去废止的件数")
    if issued and gap == -issued:
        found.append(f"相差数等于本年制发{number(issued)}件，可能没有计入新制发的件数")
    if repealed and gap == 2 * repealed:
        found.append(f"可能把本年废止{number(repealed)}件加入了现行有效件数")
    names = {"本年制发件数": issued, "本年废止件数": repealed, "现行有效件数": printed}
    needed = {"本年制发件数": issued + gap, "本年废止件数": repealed - gap, "现行有效件数": printed - gap}
    return told(found[:_SHOWN] or slips(names, needed))


def equal(name: str, printed: float, wanted: float) -> str | None:
    """Explain a number that should be the same as another one."""
    return told(slips({name: printed}, {name: wanted}))


def total(
    parts: Mapping[str, float], printed: float, likely: Mapping[str, float | None] | None = None
) -> str | None:
    """Explain Σ parts ≠ printed. `likely`: parts that are often left out of a total, or counted twice, by name."""
    gap = printed - sum(parts.values())
    found = []
    for name, value in (likely or {}).items():
        if value and gap == -value:
            found.append(f"相差数等于{name}{number(value)}件，总计可能没有计入这一项")
        elif value and gap == value:
            found.append(f"相差数等于{name}{number(value)}件，这一项可能重复计入了总计")
    names = {"总计": printed}
    needed = {"总计": printed - gap}
    for name, value in parts.items():
        names[name], needed[name] = value, value + gap
    return told(found[:_SHOWN] or slips(names, needed))
