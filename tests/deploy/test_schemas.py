"""The files of `deploy/` against the schemas of the tools that read them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.request
from importlib.resources import files
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from flows.server import prefect_server, wait_until_ready
from tests.deploy.files import (
    DEPLOY,
    KUBERNETES,
    OVERLAYS,
    PATCHES,
    documents,
    key,
    kustomize,
    manifests,
    pod_specs,
    rendered,
    units,
)

VERSIONS = ("1.33", "1.37")  # the oldest and the newest Kubernetes whose schemas kubernetes-validate brings
needs_kustomize = pytest.mark.skipif(
    kustomize() is None, reason="neither kustomize nor kubectl is on this machine"
)


def test_compose() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(DEPLOY / "compose.yaml")], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "ok -- validation done\n")


def test_compose_notices_a_mistake(tmp_path: Path) -> None:
    wrong = tmp_path / "compose.yaml"
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    wrong.write_text(text.replace("depends_on:", "depends_upon:"), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        "vendor.compose-spec",
        str(wrong),
    ]
    assert subprocess.run(command, capture_output=True).returncode == 1


@pytest.mark.parametrize("version", VERSIONS)
def test_plain_manifests(version: str) -> None:
    checked = [
        kubernetes_validate.validate(resource, version, strict=True)
        for resources in manifests().values()
        for resource in resources
    ]
    assert set(checked) == {version}
    assert len(checked) == 36


@needs_kustomize
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_overlays(overlay: str, version: str) -> None:
    assert {kubernetes_validate.validate(one, version, strict=True) for one in rendered(overlay)} == {version}
    named = {one["metadata"].get("namespace") for one in rendered(overlay) if one["kind"] != "Namespace"}
    assert named == {"hecha"}


def test_patches_change_what_exists() -> None:
    base = {key(one) for file, found in manifests().items() for one in found if file.parent.name == "base"}
    dask = {key(one) for file, found in manifests().items() for one in found if file.parent.name == "dask"}
    patched = {
        file.name: {key(one) for one in documents(file)}
        for file in KUBERNETES.rglob("*.yaml")
        if file.name in PATCHES
    }
    assert set(patched) == PATCHES
    assert patched["one-node.yaml"] - base == set()
    assert patched["many-nodes.yaml"] - base - dask == set()


@needs_kustomize
def test_the_overlays_differ_as_they_say() -> None:
    small, province = ({key(one): one for one in rendered(name)} for name in OVERLAYS)
    added = {("HorizontalPodAutoscaler", "dask-worker"), ("PodDisruptionBudget", "dask-worker")}
    added |= {("Deployment", "dask-scheduler"), ("Deployment", "dask-worker")}
    added |= {("Service", "dask-scheduler"), ("NetworkPolicy", "dask")}
    assert set(province) - set(small) == added
    assert set(small) - set(province) == set()
    settings = [found[("ConfigMap", "hecha")]["data"] for found in (small, province)]
    assert [one["HECHA_TASK_RUNNER"] for one in settings] == ["threads", "dask://dask-scheduler:8786"]
    modes = [
        found[("PersistentVolumeClaim", "hecha-home")]["spec"]["accessModes"] for found in (small, province)
    ]
    assert modes == [["ReadWriteOnce"], ["ReadWriteMany"]]


def references(spec: dict[str, Any]) -> set[tuple[str, str]]:
    """What a pod needs to be there before it starts."""
    found = {("ServiceAccount", spec[name]) for name in ("serviceAccountName",) if name in spec}
    for volume in spec.get("volumes", ()):
        if "configMap" in volume:
            found.add(("ConfigMap", volume["configMap"]["name"]))
        if "secret" in volume:
            found.add(("Secret", volume["secret"]["secretName"]))
        if "persistentVolumeClaim" in volume:
            found.add(("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]))
    for container in [*spec.get("initContainers", ()), *spec["containers"]]:
        found |= {("ConfigMap", one["configMapRef"]["name"]) for one in container.get("envFrom", ())}
        for one in container.get("env", ()):
            if "valueFrom" in one:
                found.add(("Secret", one["valueFrom"]["secretKeyRef"]["name"]))
    return found


@needs_kustomize
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pods_find_what_they_refer_to(overlay: str) -> None:
    there = {key(one) for one in rendered(overlay)}
    there |= {key(one) for one in documents(KUBERNETES / "secrets.example.yaml")}
    specs = pod_specs(rendered(overlay)) | {"Job/run": work_pool_job()["spec"]["template"]["spec"]}
    assert {name: references(spec) - there for name, spec in specs.items() if references(spec) - there} == {}
    for name, spec in specs.items():
        volumes = {volume["name"] for volume in spec.get("volumes", ())} | {"data"}
        for container in [*spec.get("initContainers", ()), *spec["containers"]]:
            assert {one["name"] for one in container["volumeMounts"]} <= volumes, name


@needs_kustomize
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_policies_and_services_select_pods(overlay: str) -> None:
    labels = {"run"}
    for one in rendered(overlay):
        spec = one.get("spec", {})
        spec = spec["jobTemplate"]["spec"] if one["kind"] == "CronJob" else spec
        labels |= {spec["template"]["metadata"]["labels"]["app"]} if "template" in spec else set()
    for one in rendered(overlay):
        spec = one.get("spec", {})
        if one["kind"] == "Service":
            assert {spec["selector"]["app"]} <= labels
        if one["kind"] == "PodDisruptionBudget":
            assert {spec["selector"]["matchLabels"]["app"]} <= labels
        if one["kind"] == "NetworkPolicy":
            named = set(re.findall(r"'app', 'operator': 'In', 'values': \[(.*?)\]", str(spec)))
            apps = {app.strip("'") for group in named for app in group.split(", ")} - {"dask-worker"}
            assert apps <= labels | {"dask-scheduler"}


@needs_kustomize
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_container_is_confined_and_limited(overlay: str) -> None:
    for name, spec in pod_specs(rendered(overlay)).items():
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        for container in [*spec.get("initContainers", ()), *spec["containers"]]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }, name
            assert set(container["resources"]["limits"]) == {"cpu", "memory"}, name


def work_pool_job() -> dict[str, Any]:
    """The Job that a run would be, with the defaults of the template's variables in place."""
    template = json.loads((KUBERNETES / "base" / "work-pool.json").read_text(encoding="utf-8"))
    variables = template["variables"]["properties"]
    values = {name: variable.get("default") for name, variable in variables.items()}
    values |= {"name": "run", "labels": {"prefect.io/flow-run-id": "1"}, "command": ["prefect"], "env": []}

    def filled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: filled(one) for name, one in value.items()}
        if isinstance(value, list):
            return [filled(one) for one in value]
        if isinstance(value, str) and (whole := re.fullmatch(r"\{\{ (\w+) \}\}", value)):
            return values[whole.group(1)]
        return (
            re.sub(r"\{\{ (\w+) \}\}", lambda m: str(values[m[1]]), value)
            if isinstance(value, str)
            else value
        )

    job = filled(template["job_configuration"]["job_manifest"])
    # prefect-kubernetes demands both in the pod's spec, where Kubernetes ignores them
    assert (
        job["spec"]["template"]["spec"].pop("parallelism"),
        job["spec"]["template"]["spec"].pop("completions"),
    ) == (
        1,
        1,
    )
    return dict(job)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_jobs_of_the_work_pool(version: str) -> None:
    assert kubernetes_validate.validate(work_pool_job(), version, strict=True) == version


def test_the_work_pool_is_prefects_own_with_our_pods_added() -> None:
    data = files("prefect") / "server/api/collections_data/views/aggregate-worker-metadata.json"
    shipped = json.loads(data.read_text(encoding="utf-8"))["prefect-kubernetes"]["kubernetes"]
    theirs = shipped["default_base_job_configuration"]
    ours = json.loads((KUBERNETES / "base" / "work-pool.json").read_text(encoding="utf-8"))
    assert set(ours["variables"]["properties"]) == set(theirs["variables"]["properties"])
    their_job, our_job = (
        one["job_configuration"]["job_manifest"]["spec"]["template"]["spec"] for one in (theirs, ours)
    )
    assert {name: our_job[name] for name in their_job if name != "containers"} == {
        name: value for name, value in their_job.items() if name != "containers"
    }
    (their_container,), (our_container,) = their_job["containers"], our_job["containers"]
    assert {name: our_container[name] for name in their_container} == their_container


def test_units(tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze on this machine")
    programs = tmp_path / "hecha"
    for name in (
        ".venv/bin/hecha",
        ".venv/bin/prefect",
        "deploy/backup.sh",
        "deploy/systemd/wait-for-prefect.sh",
    ):
        (programs / name).parent.mkdir(parents=True, exist_ok=True)
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
    folder = tmp_path / "units"
    folder.mkdir()
    for name, text in units().items():
        (folder / name).write_text(text.replace("/opt/hecha", str(programs)), encoding="utf-8")
    files = sorted(map(str, folder.iterdir()))
    done = subprocess.run(["systemd-analyze", "verify", *files], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_units_are_confined() -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("no systemd-analyze on this machine")
    for name in units():
        if name.endswith(".service"):
            command = ["systemd-analyze", "security", "--offline=true", "--threshold=20"]
            done = subprocess.run([*command, str(DEPLOY / "systemd" / name)], capture_output=True, text=True)
            assert done.returncode == 0, done.stdout.splitlines()[-1:]


def test_units_name_each_other() -> None:
    named = {
        name
        for text in units().values()
        for line in re.findall(r"^(?:After|Requires|Wants|PartOf|WantedBy)=(.*)$", text, re.MULTILINE)
        for name in line.split()
    }
    assert {name for name in named if name.startswith("hecha")} <= set(units())
    assert named - set(units()) == {
        "multi-user.target",
        "network.target",
        "postgresql.service",
        "timers.target",
    }


def test_users_and_folders(tmp_path: Path) -> None:
    if not (shutil.which("systemd-sysusers") and shutil.which("systemd-tmpfiles")):
        pytest.skip("no systemd-sysusers or systemd-tmpfiles on this machine")
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc" / "passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc" / "group").write_text("root:x:0:\n")
    users = DEPLOY / "systemd" / "hecha.sysusers.conf"
    folders = DEPLOY / "systemd" / "hecha.tmpfiles.conf"
    made = subprocess.run(["systemd-sysusers", f"--root={root}", str(users)], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert "hecha:" in (root / "etc" / "passwd").read_text()
    lines = [
        line.split() for line in folders.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]
    assert {line[0] for line in lines} == {"d"}
    wanted = {
        "/etc/hecha",
        "/etc/hecha/secrets",
        "/var/lib/hecha",
        "/var/lib/hecha/inbox",
        "/var/backups/hecha",
    }
    assert {line[1] for line in lines} == wanted | {"/srv/reports"}


def test_the_example_settings_of_systemd_are_plain_lines() -> None:
    text = (DEPLOY / "systemd" / "hecha.env").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if line and not re.match(r"#|[A-Z0-9_]+=\S*$", line)] == []


def test_kustomizations_name_every_manifest() -> None:
    for file in KUBERNETES.rglob("kustomization.yaml"):
        written = yaml.safe_load(file.read_text(encoding="utf-8"))
        assert {name for name in written["resources"] if not (file.parent / name).exists()} == set()
        own = {one.name for one in file.parent.glob("*.yaml")} - {"kustomization.yaml"} - PATCHES
        assert own == {name for name in written["resources"] if name.endswith(".yaml")}


@pytest.mark.prefect
def test_a_server_takes_the_work_pool(tmp_path: Path) -> None:
    """As the setup job creates it: the first time, and again after an upgrade."""
    file = KUBERNETES / "base" / "work-pool.json"
    (command,) = (
        container["args"]
        for found in manifests().values()
        for spec in pod_specs(tuple(found)).values()
        for container in spec.get("initContainers", ())
        if "work-pool" in container["args"]
    )
    words = [word.replace("/etc/hecha/work-pool.json", str(file)) for word in command]
    with prefect_server(tmp_path) as server:
        wait_until_ready(server)
        for _ in range(2):
            done = subprocess.run(
                [sys.executable, "-m", *words],
                capture_output=True,
                text=True,
                env=os.environ | {"COLUMNS": "200"},
            )
            assert done.returncode == 0, done.stdout + done.stderr
        with urllib.request.urlopen(f"{server.url}/work_pools/hecha") as answer:
            kept = json.load(answer)
    assert (kept["name"], kept["type"]) == ("hecha", "kubernetes")
    assert kept["base_job_template"] == json.loads(file.read_text(encoding="utf-8"))
