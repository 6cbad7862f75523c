"""Policies: from opinions to an action."""

from __future__ import annotations

import json
import os
from typing import Any, Mapping

from ._library import library, made


class Policy:
    """A deployer's rules, as docs/policy.md explains them: JSON, or the mapping that it stands for, such as
    `yaml.safe_load` gives. Read-only, serves all threads, pickled by its rules.

    Raises `WitanError` with the path of the fault, as in layers[2].rules[1].then."""

    def __init__(self, rules: str | Mapping[str, Any], *, role: str | None = None,
                 user: str | Mapping[str, Any] | None = None) -> None:
        self._handle: int | None = None
        self._rules = _json(rules)
        self.role = role
        """The role of whoever is spoken with; None for nobody's."""
        self._user = None if user is None else _json(user)
        data = self._rules.encode()
        handle = made(library.witan_policy_create, data, len(data))
        if role is None and self._user is None:
            self._handle = handle
            return
        name, settings = (None if text is None else text.encode() for text in (role, self._user))
        try:
            self._handle = made(library.witan_policy_for, handle, name, len(name or b""), settings, len(settings or b""))
        finally:
            library.witan_policy_free(handle)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Policy":
        """Reads a JSON file."""
        with open(path, encoding="utf-8") as file:
            return cls(file.read())

    def where(self, role: str | None = None, user: str | Mapping[str, Any] | None = None) -> "Policy":
        """The same rules where somebody is spoken with: in this role, and with what they set for themselves."""
        return Policy(self._rules, role=role, user=user)

    def __reduce__(self) -> tuple[Any, tuple[str, str | None, str | None]]:
        return (_again, (self._rules, self.role, self._user))

    def __del__(self) -> None:
        if getattr(self, "_handle", None):
            library.witan_policy_free(self._handle)


def _again(rules: str, role: str | None, user: str | None) -> Policy:
    return Policy(rules, role=role, user=user)


def _json(rules: str | Mapping[str, Any]) -> str:
    return rules if isinstance(rules, str) else json.dumps(rules)
