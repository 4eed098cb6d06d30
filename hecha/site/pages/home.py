"""The first page: everyone is led to where their work begins."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from hecha.site.access import Signed
from tasks.accounts.person import Role

router = APIRouter()


@router.get("/")
def home(request: Request, person: Signed) -> RedirectResponse:
    """Lead agencies to their own side, all others to the sweep."""
    return RedirectResponse("/agency" if person.role is Role.AGENCY else "/sweeps", 303)
