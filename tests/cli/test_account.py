"""`hecha account`: what it prints, and what it refuses."""

from __future__ import annotations

import re
from pathlib import Path

from tests.cli.command import hecha


def test_opening_resetting_and_listing(tmp_path: Path) -> None:
    opened = hecha(tmp_path, "account", "add", "weihu", "--role", "operator", "--shown", "维护岗")
    assert re.fullmatch(r"账号：weihu\n一次性密码：(\S{4}-){3}\S{2}\n首次登录时须修改密码。\n", opened.stdout)
    again = hecha(tmp_path, "account", "reset", "WEIHU")
    assert re.fullmatch(r"账号：weihu\n一次性密码：(\S{4}-){3}\S{2}\n", again.stdout)
    assert again.stdout.splitlines()[1] != opened.stdout.splitlines()[1]
    assert hecha(tmp_path, "account", "list").stdout == "weihu\t运行维护\t—\t维护岗\t待改密码\n"
    refused = [
        hecha(tmp_path, "account", *arguments)
        for arguments in (
            ("add", "weihu", "--role", "operator"),
            ("add", "jia", "--role", "king"),
            ("add", "jia", "--role", "agency"),
            ("add", "jia", "--role", "agency", "--agency", "无此局"),
            ("reset", "nobody"),
        )
    ]
    assert [one.returncode for one in refused] == [2] * 5
    assert [one.stderr.strip() for one in refused] == [
        "账号名“weihu”已被使用，请换一个。",
        "角色只能是 operator（运行维护）、supervisor（主管单位）、agency（报送单位）之一。",
        "主管人员和报送单位的账号必须指定单位。",
        "名册中没有“无此局”，请写单位全称；名册在核查时用 --roster 给出。",
        "没有账号“nobody”。",
    ]
