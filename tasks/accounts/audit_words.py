"""What the audit log calls things, in Chinese: what was done, to what, and the details of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tasks.decide.reviews import NAMES
from tasks.decide.states import UNDONE, machine

ACTIONS: Mapping[str, str] = {
    "sign_in": "登录",
    "sign_out": "退出",
    "failed": "密码错误",
    "refused": "拒绝登录",
    "create": "新建",
    "change_password": "修改密码",
    "reset_password": "重置密码",
    "disable": "停用账号",
    "enable": "启用账号",
    "bind": "绑定统一身份",
    "revoke": "停用令牌",
    "list": "查看清单",
    "view": "查看",
    "download": "下载",
    "fetch": "下载附件",
    "export": "导出",
    "check": "发布前自查",
    "submit": "报送",
    "answer": "提交说明",
    "sweep": "立即核查",
    "sweep_stop": "停止核查",
    "decide": "处理问题",
    "decide_undo": "撤销处理",
    "move": "变更状态",
    "correct": "更正误读",
    "correct_undo": "撤销更正",
    "notice_draft": "起草通知",
    "notice_revise": "修改通知",
    "notice_issue": "发出通知",
    "notice_withdraw": "撤回通知",
    "notice_answered": "通知办结",
}
"""What is done, by the key that `tasks.accounts.audit.note` is given."""
OBJECTS: Mapping[str, str] = {
    "account": "账号",
    "token": "令牌",
    "audit": "操作日志",
    "report": "报告",
    "finding": "问题",
    "correction": "更正",
    "notice": "通知",
    "answer": "说明",
    "worklist": "工作清单",
    "document": "文书",
    "file": "文件",
    "arrival": "来件",
    "run": "核查",
}
"""To what."""
DETAILS: Mapping[str, str] = {
    "answer": "说明编号",
    "batch": "批次",
    "bound": "已绑定",
    "by": "途径",
    "cell": "单元格",
    "changed": "修改内容",
    "count": "数量",
    "decision": "处理意见",
    "event": "事项",
    "file": "文件",
    "filter": "筛选条件",
    "findings": "问题数",
    "flow": "调度任务",
    "kind": "种类",
    "label": "用途",
    "lasting": "以后年度沿用",
    "locked": "已锁定",
    "missing": "未报单位",
    "name": "账号名",
    "notices": "通知编号",
    "region": "地区",
    "report": "报告编号",
    "reports": "报告编号",
    "role": "角色",
    "run": "核查编号",
    "state": "状态",
    "subject": "用户标识",
    "submission": "版本编号",
    "address": "来源地址",
    "value": "数值",
    "version": "版本",
    "what": "内容",
    "year": "年度",
}
"""The details of it."""
_VALUES: Mapping[str, Mapping[str, str]] = {
    "role": {"operator": "运行维护", "supervisor": "主管单位", "agency": "报送单位"},
    "by": {"api": "接口"},
    "what": {"original": "原件", "json": "核查结果（JSON）", "gx": "校验结果（JSON）"},
    "changed": {"body": "正文", "due_on": "期限", "number": "文号"},
    "kind": {
        "submit": "催报",
        "mend": "整改",
        "accepted": "通过",
        "owed": "应报清单",
        "number": "数字",
        "zero": "零",
        "blank": "空白",
        "placeholder": "占位符",
        "text": "文字",
    },
    "state": {"recorded": "已登记", "repeated": "内容相同"},
}
_DECISIONS: Mapping[str, str] = {str(key): name for key, name in NAMES.items()}


def said(detail: Mapping[str, Any]) -> str:
    """Return the details of an entry as people read them; what has no word is shown as it is."""
    parts = (f"{DETAILS.get(name, name)}：{_value(name, value)}" for name, value in detail.items())
    return "；".join(parts)


def _value(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None:
        return "无"
    if isinstance(value, list):
        return "、".join(_value(name, one) for one in value)
    if isinstance(value, dict):
        return "，".join(f"{DETAILS.get(key, key)}＝{_value(key, one)}" for key, one in value.items())
    text = str(value)
    if name == "event":
        events = machine().events
        return "撤销" if text == UNDONE else events[text].name if text in events else text
    known: Mapping[str, str] = _DECISIONS if name == "decision" else _VALUES.get(name, {})
    return known.get(text, text)
