"""Word documents as PDF: LibreOffice makes them, apart and within limits (`tasks.read.office_process`)."""

from __future__ import annotations

from models.errors import HechaError
from tasks.read.office_process import PDF, SECONDS, convert, program

NOT_INSTALLED = "本机未安装 LibreOffice，不能生成PDF，请系统维护人员运行 apt-get install libreoffice-writer-nogui，或者改为导出Word文档。"
FAILED = "生成PDF没有成功，请稍后重试，或者改为导出Word文档。"
TOO_SLOW = f"生成PDF超过{SECONDS:.0f}秒仍未完成，已放弃，请改为导出Word文档。"


class NoPdf(HechaError):
    """No PDF could be made; the message is Chinese and says what to do."""


def as_pdf(document: bytes) -> bytes:
    """Return a docx as PDF. Raises NoPdf without LibreOffice, or where it fails or takes too long."""
    soffice = program()
    if soffice is None:
        raise NoPdf(NOT_INSTALLED)
    made = convert(soffice, [("docx", document)], SECONDS, to=PDF)
    (found,) = made.documents
    if found is None:
        raise NoPdf(FAILED if made.in_time else TOO_SLOW)
    return found
