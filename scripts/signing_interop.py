"""Signs and verifies with witan and with the PyPI package model-signing, each what the other one signed.

    python3 scripts/signing_interop.py .build/release/witan [--venv DIR] [--fixtures DIR]

Makes a virtual environment with the package on the first run; without a network it says so and ends with 0.
--fixtures writes the signatures and keys that Tests/WitanSigningTests reads anew.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# pyOpenSSL is imported by model-signing 1.1.1, which does not ask for it.
PACKAGES = ["model-signing==1.1.1", "pyOpenSSL==26.4.0"]

#: The files of the unit tests; keep them and TestBundle.swift the same.
FILES = {
    "constitution.yaml": b"constitution: test\n",
    "model.bin": bytes(range(256)),
    "empty": b"",
    "sub/b": b"b\n",
    "sub/deep/c": b"c\n",
    "sub-x": b"x\n",
    ".hidden": b"h\n",
    "\u00fcn\u00ef \U0001f511.txt": b"u\n",
    ".gitignore": b"ignored\n",
    ".git/HEAD": b"ref\n",
}


class Interop:
    """Runs both programs in one temporary folder."""

    def __init__(self, witan: Path, python: Path, folder: Path) -> None:
        self.witan_path, self.python, self.folder = witan, python, folder
        self.checks = 0

    def witan(self, *arguments: object, code: int = 0) -> str:
        return self._run([self.witan_path, *arguments], code)

    def reference(self, *arguments: object, code: int = 0) -> str:
        return self._run([self.python, "-m", "model_signing", *arguments], code)

    def _run(self, command: list[object], code: int) -> str:
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, cwd=self.folder
        )
        self.checks += 1
        if done.returncode != code:
            line = " ".join(str(part) for part in command)
            raise SystemExit(f"{line}\nended with {done.returncode}, not {code}\n{done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def tree(self, name: str) -> Path:
        root = self.folder / name
        shutil.rmtree(root, ignore_errors=True)
        for path, content in FILES.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(content)
        return root

    def both(
        self, name: str, root: Path, ours: list[str], theirs: list[str], verify: list[str] | None = None
    ) -> None:
        """Each signs `root`, each verifies both signatures; `theirs` are model-signing's flags."""
        check = theirs if verify is None else verify
        inside = root / "bundle.sig" if root.is_dir() else self.folder / f"{name}.sig"
        for signed_by in ("witan", "model_signing"):
            if signed_by == "witan":
                self.witan("sign", root, "-o", inside, "--key", "key.pem", *ours)
            else:
                self.reference("sign", "key", root, "--private_key", "key.pem", "--signature", inside, *theirs)
            self.witan("verify", root, "--signature", inside, "--key", "key.pub.pem")
            self.reference("verify", "key", root, "--signature", inside, "--public_key", "key.pub.pem", *check)
            inside.unlink()
        print(f"{name}: each verifies what the other one signed")


def interop(run: Interop) -> None:
    run.witan("keygen", "-o", "key.pem", "--name", "Tenants' council")
    root = run.tree("bundle")
    run.both("folder", root, [], [])
    run.both("folder with git", root, ["--git"], ["--no-ignore-git-paths"])
    run.both(
        "folder without two paths", root, ["--ignore", "bundle/sub", "--ignore", "bundle/empty"],
        ["--ignore-paths", "bundle/sub", "--ignore-paths", "bundle/empty"],
    )
    run.both("one file", root / "model.bin", [], [])
    run.both("empty file", root / "empty", [], [])

    # Several files are a folder of which not all is signed.
    run.witan("sign", "bundle/constitution.yaml", "bundle/model.bin", "bundle/sub/b", "-o", "some.sig", "--key", "key.pem")
    key = ["--signature", "some.sig", "--public_key", "key.pub.pem"]
    run.reference("verify", "key", root, *key, "--ignore_unsigned_files")
    run.reference("verify", "key", root, *key, code=1)
    run.witan("verify", root, "--signature", "some.sig", "--key", "key.pub.pem", "--ignore-unsigned")
    run.witan("verify", root, "--signature", "some.sig", "--key", "key.pub.pem", code=1)
    print("several files: verified as a part of their folder")

    # Links are refused by default by both, and followed to files by both.
    (root / "link").symlink_to("model.bin")
    run.witan("sign", root, "-o", "link.sig", "--key", "key.pem", code=2)
    run.reference("sign", "key", root, "--private_key", "key.pem", "--signature", "link.sig", code=1)
    run.both("links to files", root, ["--allow-symlinks"], ["--allow_symlinks"])
    (root / "link").unlink()

    # Keys of other tools: SEC1 with and without parameters before it, PKCS#8.
    for i, command in enumerate([
        "openssl ecparam -name prime256v1 -genkey -out other.pem",
        "openssl ecparam -name prime256v1 -genkey -noout -out other.pem",
        "openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem",
    ]):
        if shutil.which("openssl") is None:
            print("left out: keys of openssl, which is not here")
            break
        subprocess.run(command.split(), check=True, cwd=run.folder, capture_output=True)
        subprocess.run(
            "openssl pkey -in other.pem -pubout -out other.pub.pem".split(), check=True, cwd=run.folder)
        run.witan("sign", root, "-o", "other.sig", "--key", "other.pem")
        run.reference("verify", "key", root, "--signature", "other.sig", "--public_key", "other.pub.pem")
        run.reference("sign", "key", root, "--private_key", "other.pem", "--signature", "other.sig")
        run.witan("verify", root, "--signature", "other.sig", "--key", "other.pub.pem")
        run.witan("verify", root, "--signature", "other.sig", "--key", "key.pub.pem", code=1)
        run.reference(
            "verify", "key", root, "--signature", "other.sig", "--public_key", "key.pub.pem", code=1)
    else:
        print("keys of openssl: SEC1 and PKCS#8")

    # What was changed is found by both, whoever signed.
    for signed_by in ("witan", "model_signing"):
        for what in ("changed", "missing", "not signed", "renamed"):
            root = run.tree("bundle")
            if signed_by == "witan":
                run.witan("sign", root, "-o", "bundle.sig", "--key", "key.pem")
            else:
                run.reference("sign", "key", root, "--private_key", "key.pem", "--signature", "bundle.sig")
            if what == "changed":
                (root / "sub/b").write_bytes(b"B\n")
            elif what == "missing":
                (root / "sub/b").unlink()
            elif what == "not signed":
                (root / "sub/new").write_bytes(b"new\n")
            else:
                (root / "sub/b").rename(root / "sub/c")
            said = run.witan("verify", root, "--signature", "bundle.sig", "--key", "key.pub.pem", code=1)
            if f"{what}: sub/" not in said:
                raise SystemExit(f"'{what}: sub/' is not in: {said}")
            run.reference(
                "verify", "key", root, "--signature", "bundle.sig", "--public_key", "key.pub.pem", code=1)
    print("changed, missing, added and renamed files: found by both")


def record(run: Interop, folder: Path) -> None:
    """Signatures of model-signing over FILES, for the unit tests."""
    run.witan("keygen", "-o", "key.pem", "--name", "Tenants' council")
    root = run.tree("bundle")
    sign = ["sign", "key"]
    key = ["--private_key", "key.pem", "--signature"]
    run.reference(*sign, root, *key, root / "bundle.sig")
    run.reference(*sign, root / "model.bin", *key, "single.sig")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(root / "bundle.sig", folder / "bundle.sig")
    shutil.copy(run.folder / "single.sig", folder)
    shutil.copy(run.folder / "key.pub.pem", folder)
    print(f"recorded in {folder}")


def environment(folder: Path) -> Path | None:
    """The Python of a virtual environment with the package; None when it cannot be installed."""
    python = folder / "bin" / "python"
    probe = [str(python), "-c", "import model_signing"]
    if python.exists() and subprocess.run(probe, capture_output=True).returncode == 0:
        return python
    try:
        venv.create(folder, with_pip=True, clear=True)
    except (subprocess.CalledProcessError, OSError) as error:
        print(f"no virtual environment: {error}")
        return None
    install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    done = subprocess.run(install, capture_output=True, text=True)
    if done.returncode != 0:
        print(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip failed")
        return None
    return python


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("witan", type=Path)
    parser.add_argument("--venv", type=Path, default=ROOT / ".build" / "signing-venv")
    parser.add_argument("--fixtures", type=Path)
    options = parser.parse_args()
    python = environment(options.venv)
    if python is None:
        print("left out: model-signing cannot be installed here")
        return
    with tempfile.TemporaryDirectory() as folder:
        run = Interop(options.witan.resolve(), python.absolute(), Path(folder).resolve())
        if options.fixtures:
            record(run, options.fixtures.resolve())
        else:
            interop(run)
            print(f"{run.checks} runs, as expected")


if __name__ == "__main__":
    main()
