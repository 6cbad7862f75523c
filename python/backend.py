"""Builds the wheel (PEP 517) with nothing but the standard library: the package and libwitan.so inside it."""

import base64
import ctypes
import hashlib
import os
import platform
import re
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = Path(os.environ.get("WITAN_LIBRARY", HERE.parent / ".build/library/libwitan.so"))


def _version() -> str:
    library = ctypes.CDLL(str(LIBRARY))
    library.witan_version.restype = ctypes.c_char_p
    return library.witan_version().decode()


def _tag() -> str:
    """The platform: the newest version of the C library that the library asks for."""
    symbols = subprocess.run(["objdump", "-T", str(LIBRARY)], capture_output=True, text=True, check=True).stdout
    versions = [tuple(map(int, v.split("."))) for v in re.findall(r"GLIBC_(\d+\.\d+)", symbols)]
    major, minor = max(versions)
    return f"py3-none-manylinux_{major}_{minor}_{platform.machine()}"


def _metadata(version: str) -> str:
    readme = (HERE / "README.md").read_text()
    return (
        "Metadata-Version: 2.1\nName: witan\n"
        f"Version: {version}\n"
        "Summary: Grades text while it is generated: small classifiers from written constitutions, in process\n"
        "License: Apache-2.0\nRequires-Python: >=3.10\nRequires-Dist: numpy>=1.24\n"
        "Provides-Extra: test\nRequires-Dist: pytest>=7; extra == 'test'\n"
        "Requires-Dist: hypothesis>=6; extra == 'test'\n"
        "Description-Content-Type: text/markdown\n\n" + readme
    )


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    if not LIBRARY.exists():
        sys.exit(f"{LIBRARY} is missing; run 'make library' first, or set WITAN_LIBRARY")
    version, tag = _version(), _tag()
    info = f"witan-{version}.dist-info"
    files = {f"witan/{path.name}": path.read_bytes() for path in sorted((HERE / "witan").glob("*.py"))}
    files["witan/py.typed"] = b""
    files["witan/libwitan.so"] = LIBRARY.read_bytes()
    files[f"{info}/METADATA"] = _metadata(version).encode()
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: witan\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    licence = HERE.parent / "LICENSE"
    if licence.exists():
        files[f"{info}/LICENSE"] = licence.read_bytes()
    record = ""
    for name, data in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        record += f"{name},sha256={digest},{len(data)}\n"
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    name = f"witan-{version}-{tag}.whl"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w", zipfile.ZIP_DEFLATED) as wheel:
        for path, data in files.items():
            # A fixed date: equal contents give equal bytes.
            entry = zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0))
            entry.external_attr = (0o755 if path.endswith(".so") else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            wheel.writestr(entry, data)
    return name


def build_sdist(sdist_directory, config_settings=None):
    sys.exit("there is no source distribution: the library is built from the repository (make wheel)")
