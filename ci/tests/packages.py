#!/usr/bin/env python3
"""Lets those who only use Weir use it: from the tar.gz, the Debian package and the image, where nothing else is.

  ci/tests/packages.py --packages FOLDER [--mirror URL] [--keep]

FOLDER holds what cpack made. A Debian 12 root is made for it, as small as they are; there the tar.gz runs from a folder
of its own, and the package is installed and its gate asked of its fixture. The image is built of the tar.gz on that
root, goes through a registry and back by its digest, and runs as a task does: read-only, without privileges, with
little memory, its reports in a volume; SIGTERM in the middle of a run leaves every report written. Then weir-hook gates
revisions that run of it, by tasks that run of it. Needs root, and what ci/setup --image installs.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lib.containers import MEMORY, PODMAN, STORAGE, inside
from lib.process import CI, PROGRAMS, Problem, free_port, running, wait_for
from lib.prometheus import fetch

LARGEST_IMAGE_BYTES = 60_000_000
SECONDS_TO_STOP = 10
INTERRUPTED = 130
GATE_TIMEOUT_S = 300
BASE, IMAGE = "localhost/weir-test-base", "localhost/weir-test"
REPORTS = {"json": "report.json", "junit": "report.xml", "markdown": "report.md", "html": "report.html"}


def run(*command, timeout_s=900, good=(0,), **options):
    """What it prints."""
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout_s, **options)
    if done.returncode not in good:
        raise Problem(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    return done.stdout


def only(folder, pattern):
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise Problem(f"{folder} holds {len(found)} files {pattern}, not one")
    return found[0]


def expect(what, holds):
    if not holds:
        raise Problem(what)


class Root:
    """A Debian root with a network, and no more in it than apt needs."""

    def __init__(self, folder, mirror):
        self.folder = folder
        run("mmdebstrap", "--variant=apt", "bookworm", folder, *([mirror] if mirror else []))
        shutil.copy("/etc/resolv.conf", folder / "etc/resolv.conf")

    def __enter__(self):
        run("mount", "-t", "proc", "proc", self.folder / "proc")  # Where a program learns which folder it stands in.
        return self

    def __exit__(self, *_):
        run("umount", "--lazy", self.folder / "proc")

    def __call__(self, *command, **options):
        return run("chroot", self.folder, "env", "DEBIAN_FRONTEND=noninteractive", *command, **options)

    def install(self, *packages):
        self("apt-get", "update", "-qq")
        self("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages)


def fixture_of(root, programs):
    return running(["chroot", root.folder, f"{programs}/weir-fixture", "--listen", "127.0.0.1:0"],
                   stdout=subprocess.PIPE)


def gate_on_fixture(root, programs):
    """The programs of one folder of the root, as a user tries them first."""
    with fixture_of(root, programs) as fixture:
        origin = fixture.stdout.readline().strip()
        said = root(f"{programs}/weir-conformance", f"{origin}/mcp", timeout_s=GATE_TIMEOUT_S)
    summary = re.search(r"^(\d+) passed, 0 failed", said, re.MULTILINE)
    expect(f"the gate does not say that the fixture is right:\n{said[-1500:]}", summary and int(summary[1]) > 100)
    return f"{summary[1]} checks passed"


def try_archive(root, archive):
    root.install("libssl3")
    place = root.folder / "srv/any where"
    place.mkdir()
    run("tar", "-xzf", archive, "-C", place, "--strip-components=1")
    for program in PROGRAMS.values():
        expect(f"{program} says another version", program in root(f"/srv/any where/bin/{program}", "--version"))
    passed = gate_on_fixture(root, "/srv/any where/bin")
    scenario = "/srv/any where/share/weir/loadgen/scenario/systems/s0-soak.yaml"
    planned = root("WEIR_S0_URL=http://127.0.0.1:1", "/srv/any where/bin/weir-loadgen", "run", "--dry-run", "--env",
                   "local", scenario)
    expect(f"the scenario does not find its profile:\n{planned}", "http://127.0.0.1:1" in planned)
    shutil.rmtree(place)
    return passed


def try_package(root, package):
    shutil.copy(package, root.folder / package.name)
    start = time.monotonic()
    root.install(f"/{package.name}")
    seconds = time.monotonic() - start
    (root.folder / package.name).unlink()
    for compiler in ("cc", "g++", "clang"):
        expect(f"{compiler} is in the root", not (root.folder / "usr/bin" / compiler).exists())
    versions = {root(program, "--version").split("\n", 1)[0].split(" ", 1)[1] for program in PROGRAMS.values()}
    expect(f"versions differ: {versions}", len(versions) == 1)
    expect(f"{versions} names no commit", "(commit " in next(iter(versions)))
    listed = root("dpkg", "-L", "weir").splitlines()
    for program in PROGRAMS.values():
        for folder, file in {"bin": program, "share/man/man1": f"{program}.1.gz",
                             "share/bash-completion/completions": program}.items():
            path = f"{folder}/{file}"
            expect(f"the package lacks {path}", f"/usr/{path}" in listed)
    for path in ("doc/weir/copyright", "weir/fixtures/profiles/s1.yaml", "weir/reports/prometheus/weir_rules.yaml",
                 "weir/reports/schema/load.schema.json", "weir/reports/schema/profile.schema.json",
                 "weir/loadgen/scenario/systems/s1-soak.yaml"):
        expect(f"the package lacks {path}", f"/usr/share/{path}" in listed)
    return f"installed in {seconds:.0f} s; {gate_on_fixture(root, '/usr/bin')}"


def build_image(root, archive, work):
    root("apt-get", "clean")
    container = run("buildah", *STORAGE, "from", "scratch").strip()
    run("buildah", *STORAGE, "add", container, root.folder, "/")
    run("buildah", *STORAGE, "commit", "--rm", container, BASE)
    context = work / "context"
    context.mkdir()
    shutil.copy(archive, context)
    arguments = [f"--build-arg=BASE={BASE}", f"--build-arg=PACKAGE={archive.name}"]
    run("buildah", *STORAGE, "bud", "--isolation", "chroot", "--pull-never", "-t", IMAGE, "-f", CI / "Containerfile",
        *arguments, context)
    image = json.loads(run("podman", *STORAGE, "image", "inspect", IMAGE))[0]
    expect(f"the image has {image['Size']} bytes", image["Size"] < LARGEST_IMAGE_BYTES)
    expect("the image runs as root", image["Config"]["User"] == "65532:65532")
    expect("SIGTERM does not stop the image", image["Config"]["StopSignal"] in ("SIGTERM", "15"))
    return f"{image['Size'] / 1e6:.1f} MB"


def through_registry(work):
    """As a deployment gets it: by digest."""
    port, config, digest = free_port(), work / "registry.yml", work / "digest"
    storage = f"{{filesystem: {{rootdirectory: {work}/registry}}}}"
    config.write_text(f"version: 0.1\nstorage: {storage}\nhttp: {{addr: '127.0.0.1:{port}'}}\n")
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(["docker-registry", "serve", config], **silent) as registry:
        wait_for("the registry", lambda: fetch(f"http://127.0.0.1:{port}/v2/") is not None, registry)
        stored = f"127.0.0.1:{port}/weir"
        run("buildah", *STORAGE, "push", "--tls-verify=false", "--digestfile", digest, IMAGE, f"docker://{stored}:test")
        run("podman", *STORAGE, "rmi", "-f", IMAGE)
        pulled = f"{stored}@{digest.read_text().strip()}"
        run("podman", *STORAGE, "pull", "--tls-verify=false", pulled)
    run("podman", *STORAGE, "tag", pulled, IMAGE)


def contained(out, *words, options=()):
    out.mkdir(exist_ok=True)
    out.chmod(0o777)
    return [*inside(IMAGE, "-v", f"{out}:/out", *options), *words]


def reports_written(out):
    for name in REPORTS.values():
        expect(f"{name} was not written", (out / name).is_file() and (out / name).stat().st_size > 0)
    return json.loads((out / REPORTS["json"]).read_text())


def try_image(out, origin):
    reports = [f"--report={form}=/out/{name}" for form, name in REPORTS.items()]
    said = run(*contained(out, "weir-conformance", f"{origin}/mcp", *reports), timeout_s=GATE_TIMEOUT_S)
    expect(f"the gate in the container:\n{said[-1500:]}", " 0 failed" in said)
    reports_written(out)
    # Without roots it would be bad usage.
    run(*contained(out, "weir-conformance", "https://127.0.0.1:1/", "--checks", "preflight.*"), good=(3,))


def stopped_in_the_middle(out, name, command, begun):
    """SIGTERM to a container, as an orchestrator ends a task: how long it takes, and that nothing is lost."""
    shutil.rmtree(out, ignore_errors=True)
    reports = [f"--report={form}=/out/{file}" for form, file in REPORTS.items()]
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(contained(out, *command, *reports, options=["--name", name]), **silent) as process:
        wait_for(f"{name} to begin", begun, process, timeout_s=60)
        main = int(run("podman", *STORAGE, "inspect", "--format", "{{.State.Pid}}", name))
        first = Path(f"/proc/{main}/cmdline").read_bytes().split(b"\0")[0].decode()
        expect(f"the first process of the container is {first}", first == command[0])
        start = time.monotonic()
        run(*PODMAN, "kill", "--signal", "TERM", name)
        try:
            code = process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            raise Problem(f"{command[0]} still runs {SECONDS_TO_STOP} s after SIGTERM") from None
    expect(f"{command[0]} ended with {code}", code == INTERRUPTED)
    reports_written(out)
    return f"{command[0]} {time.monotonic() - start:.1f} s"


def try_stops(out, fixture, origin):
    def connections():
        """Of those that the fixture has accepted."""
        return int(run("sh", "-c", f"ls -l /proc/{fixture.pid}/fd | grep -c socket || true"))

    held = stopped_in_the_middle(
        out, "weir-test-load", ["weir-loadgen", "hold", f"{origin}/mcp", "--streams", "50", "--for", "10m"],
        lambda: connections() > 50)
    wait_for("the streams to end", lambda: connections() < 10)
    gate = stopped_in_the_middle(
        out, "weir-test-gate", ["weir-conformance", f"{origin}/mcp", "--hold", "100"], lambda: connections() > 10)
    return f"{held}, {gate}"


def hook_programs(root):
    """Those of the package outside of containers: the function, and the emulated load balancer."""
    return [f"--hook={root}/usr/bin/weir-hook", f"--fixture={root}/usr/bin/weir-fixture"]


def say(what, words):
    print(f"{what}: {words.strip()}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--packages", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--mirror", metavar="URL", help="of Debian, instead of the one that mmdebstrap knows")
    parser.add_argument("--keep", action="store_true", help="the folder with the root, and the image")
    arguments = parser.parse_args()
    if os.getuid() != 0:
        sys.exit("packages: needs root, for chroot and containers")
    work = Path(tempfile.mkdtemp(prefix="weir-packages-"))
    try:
        archive, package = only(arguments.packages, "*.tar.gz"), only(arguments.packages, "*.deb")
        with Root(work / "root", arguments.mirror) as root:
            say("tar.gz", try_archive(root, archive))
            say("Debian package", try_package(root, package))
        size = build_image(root, archive, work)
        through_registry(work)
        with root, fixture_of(root, "/usr/bin") as fixture:
            origin = fixture.stdout.readline().strip()
            try_image(work / "out", origin)
            stops = try_stops(work / "out", fixture, origin)
        say("image", f"{size}, runs read-only in {MEMORY}; ended after SIGTERM: {stops}")
        programs = hook_programs(work / "root")
        say("deployments", run(CI / "tests/hook_aws.py", "--image", IMAGE, "--logs", work, *programs))
    except (Problem, subprocess.TimeoutExpired) as problem:
        print(f"packages: {problem}")
        return 1
    finally:
        if not arguments.keep:
            shutil.rmtree(work, ignore_errors=True)
            for image in (IMAGE, BASE):
                run("podman", *STORAGE, "rmi", "-f", image, good=range(256))
    return 0


if __name__ == "__main__":
    sys.exit(main())
