"""What holds between the files of `deploy/` and the program: settings, commands, ports, secrets, images."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from hecha.cli import app
from models.settings import Settings, secrets_of
from tests.deploy.files import DEPLOY, KUBERNETES, compose, images, manifests, pod_specs, texts, units

REPOSITORY = DEPLOY.parent
NOT_FIELDS = {"HECHA_SECRETS_DIR", "HECHA_SETTINGS"}
IMAGES = {
    "compose.yaml": {"hecha:0.3.0", "postgres:16.10-bookworm", "versity/versitygw:v1.8.0"},
    "Containerfile": {"python:3.11.14-slim-bookworm", "postgres:16.10-bookworm"},
    "kubernetes": {"hecha:0.3.0", "postgres:16.10-bookworm"},
}


def test_every_setting_named_exists() -> None:
    known = {f"HECHA_{name.upper()}" for name in Settings.model_fields} | NOT_FIELDS
    known |= {f"HECHA_{name.upper()}_FILE" for name in secrets_of(Settings)}
    named = {
        (file, name)
        for file, text in texts().items()
        for name in re.findall(r"HECHA_[A-Z0-9_]*[A-Z0-9]\b", text)
    }
    assert {(file, name) for file, name in named if name not in known} == set()
    assert {name for _, name in named} >= {"HECHA_HOME", "HECHA_SECRETS_DIR", "HECHA_TASK_RUNNER"}


def test_every_setting_of_prefect_exists() -> None:
    import prefect.settings

    named = {name for text in texts().values() for name in re.findall(r"PREFECT_[A-Z0-9_]*[A-Z0-9]\b", text)}
    # the observer's belongs to prefect-kubernetes, which is installed in the image alone
    unknown = {name for name in named if not hasattr(prefect.settings, name)}
    assert unknown == {"PREFECT_INTEGRATIONS_KUBERNETES_OBSERVER_NAMESPACES"}


def test_secrets_are_files_named_as_settings() -> None:
    made = set(re.findall(r"^write (\w+)", (DEPLOY / "make-secrets.sh").read_text(), re.MULTILINE))
    named = compose()["secrets"]
    assert set(named) == made
    assert {name: source for name, source in named.items() if source != {"file": f"./secrets/{name}"}} == {}
    ours = {name.removeprefix("hecha_") for name in made if name.startswith("hecha_")}
    assert ours <= secrets_of(Settings)
    used = {name for service in compose()["services"].values() for name in service.get("secrets", ())}
    assert used == made
    (secrets,) = (found for file, found in manifests().items() if file.name == "secrets.example.yaml")
    values = {value for secret in secrets for value in secret["stringData"].values()}
    assert values == {""}
    keys = {name for name in secrets[0]["stringData"] if name.startswith("hecha_")}
    assert {name.removeprefix("hecha_") for name in keys} <= secrets_of(Settings)


def _environments() -> list[tuple[str, str, Any]]:
    found = [
        (name, variable, value)
        for name, service in compose()["services"].items()
        for variable, value in service.get("environment", {}).items()
    ]
    for resources in manifests().values():
        for name, spec in pod_specs(tuple(resources)).items():
            for container in [*spec.get("initContainers", ()), *spec["containers"]]:
                found += [(name, one["name"], one.get("value")) for one in container.get("env", ())]
        for resource in resources:
            if resource["kind"] == "ConfigMap":
                found += [(resource["metadata"]["name"], *pair) for pair in resource["data"].items()]
    for line in (DEPLOY / "systemd" / "hecha.env").read_text(encoding="utf-8").splitlines():
        if "=" in line and not line.startswith("#"):
            variable, _, value = line.partition("=")
            found.append(("hecha.env", variable, value))
    return found


def test_no_password_stands_in_a_file() -> None:
    # A variable whose name promises a secret names a file or has no value here; no address has a password.
    secret = re.compile(r"PASSWORD|SECRET|TOKEN|ACCESS_KEY|CREDENTIALS|AUTH_STRING")
    literal = [
        (where, name, value)
        for where, name, value in _environments()
        if secret.search(name) and value is not None and not str(value).startswith(("/run/", "/etc/"))
    ]
    assert literal == []
    inside = re.compile(r"[a-z0-9+]+://[^/\s:@]+:(?!<database_password>|\$\(cat )[^/\s@]+@")
    assert {file: inside.findall(text) for file, text in texts().items() if inside.search(text)} == {}


def test_every_image_has_the_version_we_mean() -> None:
    found = {
        "compose.yaml": images((DEPLOY / "compose.yaml").read_text(encoding="utf-8")),
        "Containerfile": images((DEPLOY / "Containerfile").read_text(encoding="utf-8")),
        "kubernetes": set().union(*(images(file.read_text(encoding="utf-8")) for file in manifests())),
    }
    assert found == IMAGES
    pool = json.loads((KUBERNETES / "base" / "work-pool.json").read_text(encoding="utf-8"))
    assert pool["variables"]["properties"]["image"]["default"] == "hecha:0.3.0"
    for overlay in KUBERNETES.glob("overlays/*/kustomization.yaml"):
        (image,) = yaml.safe_load(overlay.read_text(encoding="utf-8"))["images"]
        assert f"{image['newName']}:{image['newTag']}" == "hecha:0.3.0"
    project = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
    assert re.findall(r'^version = "(.*)"', project, re.MULTILINE) == ["0.3.0"]


def _commands() -> set[tuple[str, ...]]:
    """Every command that a file starts, as its words."""
    lines: list[list[str]] = []
    for service in compose()["services"].values():
        words = service.get("command", [])
        if words and words[0] == "sh":
            lines += [part.split() for part in re.split(r"&&|\n", words[-1])]
        elif not service["image"].startswith("versity"):
            lines.append(words)
    for resources in manifests().values():
        for spec in pod_specs(tuple(resources)).values():
            for container in [*spec.get("initContainers", ()), *spec["containers"]]:
                lines.append(container.get("args", []) if container["image"].startswith("hecha:") else [])
    for text in units().values():
        lines += [line.split() for line in re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)]
    return {tuple(word for word in line if word != "exec") for line in lines if line}


def test_every_command_exists() -> None:
    ours = set(get_command(app).commands)  # type: ignore[attr-defined]
    started = {words[1] for words in _commands() if Path(words[0]).name == "hecha"}
    assert started == {"deploy", "migrate", "serve", "watch"}
    written = (DEPLOY / "README.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"(?:bin/|`|worker )hecha ([a-z]+)", written))
    assert (started | explained) - ours == set()


def test_every_other_program_exists() -> None:
    programs = {Path(words[0]).name for words in _commands()} - {"hecha", "export"}
    assert programs == {"backup.sh", "dask", "prefect"}
    assert os.access(DEPLOY / "backup.sh", os.X_OK)
    workers = {" ".join(words).replace("--pool=", "--pool ") for words in _commands() if "worker" in words}
    assert {pool for words in workers for pool in re.findall(r"--pool (\S+)", words)} == {"hecha"}


def test_ports_agree() -> None:
    services = compose()["services"]
    assert services["web"]["ports"] == ["${PUBLISH_ADDRESS:-127.0.0.1}:${PUBLISH_PORT:-8600}:8600"]
    assert services["prefect"]["ports"] == ["127.0.0.1:4200:4200"]
    assert [name for name, service in services.items() if "ports" in service] == ["prefect", "web"]
    everywhere = "\n".join(texts().values())
    assert set(re.findall(r"/healthz'|:(\d+)/healthz", everywhere)) - {""} == {"8600", "7070"}
    assert set(re.findall(r":(\d+)/api", everywhere)) == {"4200"}
    assert set(re.findall(r"(?:objects|127\.0\.0\.1):(70\d\d)\b", everywhere)) == {"7070"}
    assert set(re.findall(r"dask-scheduler:(\d+)", everywhere)) == {"8786"}
    assert Settings.model_fields["web_port"].default == 8600


def test_compose_services_wait_for_what_they_need() -> None:
    services = compose()["services"]
    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            health = services[needed].get("healthcheck", {})
            if how["condition"] == "service_healthy":
                assert "test" in health, (name, needed)
            else:
                assert (needed, how["condition"]) == ("setup", "service_completed_successfully")
    assert {name for name, service in services.items() if "healthcheck" not in service} == set()
    assert {
        name for name, service in services.items() if not service["deploy"]["resources"]["limits"]
    } == set()
    assert {name for name, service in services.items() if not service["read_only"]} == set()
    assert {name: service["restart"] for name, service in services.items()} == {
        **dict.fromkeys(services, "unless-stopped"),
        "setup": "on-failure:5",
        "backup": "no",
    }


def test_nothing_is_reported_to_anybody() -> None:
    given = _environments()
    for where in (
        "prefect",
        "worker",
        "web",
        "watch",
        "setup",
        "backup",
        "Deployment/prefect",
        "hecha",
        "hecha.env",
    ):
        own = {name: str(value) for place, name, value in given if place == where}
        assert (own["PREFECT_SERVER_ANALYTICS_ENABLED"], own["DO_NOT_TRACK"]) == ("false", "1"), where


def test_secrets_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    first = subprocess.run([str(DEPLOY / "make-secrets.sh"), str(folder)], capture_output=True, text=True)
    assert (first.returncode, first.stderr) == (0, "")
    content = {file.name: file.read_text() for file in folder.iterdir()}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert sorted(first.stdout.splitlines()) == sorted(f"已生成 {name}。" for name in compose()["secrets"])
    password = content["database_password"]
    assert content["hecha_database_url"] == f"postgresql+psycopg://hecha:{password}@postgres:5432/hecha"
    random = {content[name] for name in ("postgres_password", "database_password", "prefect_password")}
    assert {len(value) for value in random} == {48}
    assert len(random) == 3
    again = subprocess.run([str(DEPLOY / "make-secrets.sh"), str(folder)], capture_output=True, text=True)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert {file.name: file.read_text() for file in folder.iterdir()} == content


def test_the_settings_read_the_secrets_made(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    subprocess.run([str(DEPLOY / "make-secrets.sh"), str(folder)], capture_output=True, check=True)
    program = (
        "from models.settings import settings as s; x = s();"
        "print(x.database == open(s().home / 'hecha_database_url').read(), len(x.token), x.notify_operator)"
    )
    done = subprocess.run(
        [str(REPOSITORY / ".venv" / "bin" / "python"), "-c", program]
        if (REPOSITORY / ".venv").exists()
        else [shutil.which("python3") or "python3", "-c", program],
        env={"PATH": os.environ["PATH"], "HECHA_SECRETS_DIR": str(folder), "HECHA_HOME": str(folder)},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr) == ("True 48 ()\n", "")


@pytest.mark.parametrize("file", sorted(p.name for p in DEPLOY.rglob("*.sh")))
def test_scripts_parse(file: str) -> None:
    (script,) = DEPLOY.rglob(file)
    shell = script.read_text(encoding="utf-8").splitlines()[0].removeprefix("#!").strip()
    done = subprocess.run([shell, "-n", str(script)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert os.access(script, os.X_OK)
    if shutil.which("shellcheck"):
        assert subprocess.run(["shellcheck", str(script)], capture_output=True).stdout == b""


def test_the_image_gets_no_secret_and_no_data() -> None:
    lines = (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    taken = {rule.removeprefix("!") for rule in rules if rule.startswith("!")}
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert taken == {name for line in copied for name in line.split()}
    assert "deploy/secrets" in rules[rules.index("!deploy") :]


def test_the_containerfile_is_good_style() -> None:
    if not shutil.which("hadolint"):
        pytest.skip("no hadolint on this machine")
    done = subprocess.run(["hadolint", str(DEPLOY / "Containerfile")], capture_output=True, text=True)
    assert done.stdout == ""
