"""Token ids as bytes."""

from __future__ import annotations

import ctypes
import os

from ._library import check, library, made


class Vocabulary:
    """The bytes of each token of a model that generates; read-only."""

    def __init__(self, path: str) -> None:
        self._handle: int | None = None
        self._path = path
        name = os.fsencode(path)
        self._handle = made(library.witan_vocabulary_open, name, len(name))

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Vocabulary":
        """Reads a tokenizer.json, or a GGUF file."""
        return cls(os.path.abspath(os.fspath(path)))

    def __reduce__(self) -> tuple[type, tuple[str]]:
        return (Vocabulary, (self._path,))

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.witan_vocabulary_free(self._handle)

    def __getitem__(self, token: int) -> bytes:
        """The bytes of a token; none for special ones. Raises `WitanError` (value) when there is no such token."""
        place, length = ctypes.c_void_p(), ctypes.c_size_t()
        check(library.witan_vocabulary_bytes(self._handle, token, ctypes.byref(place), ctypes.byref(length)))
        return ctypes.string_at(place, length.value) if length.value else b""
