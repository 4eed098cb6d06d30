"""The files of `deploy/`, parsed: what the tests here look at."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
OVERLAYS = ("small", "province")
PATCHES = {"one-node.yaml", "many-nodes.yaml"}


def compose() -> dict[str, Any]:
    """`compose.yaml`, its merge keys resolved."""
    return dict(yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8")))


def kustomize() -> list[str] | None:
    """The command that renders a kustomization, None where there is none."""
    if shutil.which("kustomize"):
        return ["kustomize", "build"]
    return ["kubectl", "kustomize"] if shutil.which("kubectl") else None


@cache
def rendered(overlay: str) -> tuple[dict[str, Any], ...]:
    """The resources of an overlay as they would be applied."""
    command = kustomize()
    assert command is not None
    done = subprocess.run([*command, str(KUBERNETES / "overlays" / overlay)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return tuple(document for document in yaml.safe_load_all(done.stdout) if document)


def documents(file: Path) -> list[dict[str, Any]]:
    """The YAML documents of a file."""
    return [found for found in yaml.safe_load_all(file.read_text(encoding="utf-8")) if found]


def manifests() -> dict[Path, list[dict[str, Any]]]:
    """Every plain manifest; kustomizations and patches are none."""
    files = sorted(KUBERNETES.rglob("*.yaml"))
    return {file: documents(file) for file in files if file.name not in {"kustomization.yaml", *PATCHES}}


def key(resource: dict[str, Any]) -> tuple[str, str]:
    """Kind and name."""
    return resource["kind"], resource["metadata"]["name"]


def pod_specs(resources: Iterator[dict[str, Any]] | tuple[dict[str, Any], ...]) -> dict[str, dict[str, Any]]:
    """The pod template's spec of everything that starts pods, by ``kind/name``."""
    found = {}
    for resource in resources:
        spec = resource.get("spec", {})
        if resource["kind"] == "CronJob":
            spec = spec["jobTemplate"]["spec"]
        if "template" in spec:
            found["/".join(key(resource))] = spec["template"]["spec"]
    return found


def units() -> dict[str, str]:
    """The text of every systemd unit by name."""
    found = {file.name: file.read_text(encoding="utf-8") for file in sorted((DEPLOY / "systemd").iterdir())}
    return {
        name: text for name, text in found.items() if Path(name).suffix in (".service", ".timer", ".target")
    }


def texts() -> dict[str, str]:
    """Every file an installation is made from, by path; not the explanations."""
    return {
        str(file.relative_to(DEPLOY)): file.read_text(encoding="utf-8")
        for file in sorted(DEPLOY.rglob("*"))
        if file.is_file() and file.suffix not in (".md", ".py", ".pyc") and file.parent.name != "secrets"
    }


def images(text: str) -> set[str]:
    """The images a file names, variables of compose with their default in place."""
    named = re.findall(r"^\s*(?:-\s+)?(?:image|ARG \w+_IMAGE)[:=]\s*(\S+)", text, re.MULTILINE)
    return {re.sub(r"^\$\{\w+:-(.*)\}$", r"\1", name) for name in named}
