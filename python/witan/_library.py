"""The C library: its functions with their types, and errors made exceptions."""

from __future__ import annotations

import ctypes
import os
from ctypes import POINTER, c_char_p, c_float, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any, Callable

from ._errors import WitanError

ABI_VERSION = 1


class Text(ctypes.Structure):
    _fields_ = [("bytes", c_char_p), ("length", c_size_t)]


class ModelInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("output_count", c_uint32), ("any_output", c_int32),
                ("is_complete", c_int32), ("is_exclusive", c_int32), ("reserved", c_uint32)]


class OutputInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("threshold", c_float), ("id", c_char_p), ("title", c_char_p),
                ("stance", c_int32), ("side", c_int32)]


class ContributionInfo(ctypes.Structure):
    _fields_ = [("start", c_uint64), ("end", c_uint64), ("value", c_float), ("reserved", c_uint32)]


class EvidenceOptionsInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("side", c_int32), ("prompt", c_char_p), ("prompt_length", c_size_t),
                ("threshold", c_float), ("word_limit", c_uint32)]


class EvidenceSpan(ctypes.Structure):
    _fields_ = [("start", c_uint64), ("end", c_uint64), ("share", c_float), ("words", c_uint32)]


class EvidenceInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("probability", c_float), ("remaining", c_float), ("is_flagged", c_int32),
                ("flips", c_int32), ("word_count", c_uint32)]


class GuardOptionsInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("on", c_float), ("off", c_float), ("debounce_needed", c_uint32),
                ("debounce_window", c_uint32), ("action", c_int32), ("hold_words", c_uint32),
                ("rewind_tokens", c_uint32), ("maximum_word_bytes", c_uint32), ("at_maximum_bytes", c_int32),
                ("maximum_held_bytes", c_uint64), ("maximum_bytes", c_uint64), ("windows", c_void_p),
                ("window_count", c_size_t), ("json", c_char_p), ("json_length", c_size_t)]


class StepInfo(ctypes.Structure):
    _fields_ = [("emit", c_uint64), ("held", c_uint64), ("bytes", c_void_p), ("action", c_int32),
                ("is_ended", c_int32)]


class ReasonInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("cause", c_int32), ("action", c_int32), ("output", c_int32),
                ("probability", c_float), ("is_on", c_int32), ("onset_word", c_uint64), ("onset_byte", c_uint64),
                ("byte", c_uint64)]


class PoolEntry(ctypes.Structure):
    _fields_ = [("stream", c_uint64), ("step", StepInfo)]


class ProbeInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("dimensions", c_uint32), ("output_count", c_uint32),
                ("reserved", c_uint32)]


class PanelMember(ctypes.Structure):
    _fields_ = [("model", c_void_p), ("name", c_char_p), ("name_length", c_size_t), ("model_digest", c_char_p),
                ("model_digest_length", c_size_t), ("signer", c_char_p), ("signer_length", c_size_t)]


class PanelInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("member_count", c_uint32), ("output_count", c_uint32),
                ("reserved", c_uint32), ("bytes", c_uint64)]


class PanelMemberInfo(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("first_output", c_uint32), ("output_count", c_uint32),
                ("any_output", c_int32), ("name", c_char_p)]


class PanelVerdict(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("outcome", c_int32), ("action", c_int32), ("spread", c_float),
                ("division", c_float)]


def _load() -> ctypes.CDLL:
    named = os.environ.get("WITAN_LIBRARY")
    inside = Path(__file__).with_name("libwitan.so")
    return ctypes.CDLL(named or (str(inside) if inside.exists() else f"libwitan.so.{ABI_VERSION}"))


library = _load()
library.witan_abi_version.restype = c_uint32
if library.witan_abi_version() != ABI_VERSION:
    raise ImportError(f"libwitan has ABI {library.witan_abi_version()}, this package needs {ABI_VERSION}")
for name in ("witan_version", "witan_status_name", "witan_error_message"):
    getattr(library, name).restype = c_char_p

_handle, _place, _size, _text, _bytes = c_void_p, POINTER(c_void_p), c_size_t, c_char_p, c_char_p
_step = c_void_p
_types = {
    "context_create": [_place], "context_add_embeddings": [_handle, _text, _size], "context_free": [_handle],
    "model_open": [_handle, _text, _size, _place], "model_open_bytes": [_handle, _bytes, _size, _place],
    "model_describe": [_handle, POINTER(ModelInfo)], "model_output": [_handle, c_uint32, POINTER(OutputInfo)],
    "model_metadata": [_handle, _text, _size, POINTER(c_char_p)],
    "model_explain": [_handle, _bytes, _size, c_uint32, c_void_p, _size, POINTER(c_size_t)],
    "model_evidence": [_handle, _bytes, _size, c_uint32, c_void_p, POINTER(EvidenceInfo), c_void_p, _size,
                       POINTER(c_size_t)],
    "model_free": [_handle],
    "scorer_create": [POINTER(c_void_p), _size, _place],
    "scorer_score": [_handle, c_void_p, c_void_p, _size, c_void_p, _size],
    "scorer_score_packed": [_handle, _bytes, _size, c_void_p, _size, c_void_p, _size],
    "scorer_free": [_handle],
    "stream_create": [_handle, POINTER(GuardOptionsInfo), _place],
    "stream_push": [_handle, _bytes, _size, _step],
    "stream_push_batch": [_handle, _bytes, _size, c_void_p, _size, c_void_p],
    "stream_push_token": [_handle, _handle, c_int64, _step],
    "stream_finish": [_handle, _step], "stream_resolve": [_handle, c_int32, _step],
    "stream_cancel": [_handle, _step], "stream_verdict": [_handle, _step],
    "stream_reason": [_handle, POINTER(ReasonInfo)], "stream_next_event": [_handle, POINTER(ReasonInfo)],
    "stream_scores": [_handle, c_void_p, _size],
    "stream_rewind": [_handle, c_uint64, POINTER(c_uint64)], "stream_fork": [_handle, _place],
    "stream_reset": [_handle], "stream_save": [_handle, c_void_p, _size, POINTER(c_size_t)],
    "stream_resume": [_handle, _bytes, _size], "stream_memory": [_handle, POINTER(c_uint64)],
    "stream_free": [_handle],
    "pool_create": [_handle, POINTER(GuardOptionsInfo), _size, _place], "pool_open": [_handle, POINTER(c_uint64)],
    "pool_push_batch": [_handle, c_void_p, _bytes, _size, c_void_p, _size, POINTER(c_size_t)],
    "pool_step": [_handle, c_void_p, _size, POINTER(c_size_t)], "pool_finish": [_handle, c_uint64, _step],
    "pool_resolve": [_handle, c_uint64, c_int32, _step],
    "pool_cancel": [_handle, c_uint64, _step], "pool_reason": [_handle, c_uint64, POINTER(ReasonInfo)],
    "pool_close": [_handle, c_uint64], "pool_memory": [_handle, POINTER(c_uint64)], "pool_free": [_handle],
    "policy_create": [_text, _size, _place], "policy_for": [_handle, _text, _size, _text, _size, _place],
    "policy_free": [_handle],
    "panel_create": [c_void_p, _size, _place], "panel_describe": [_handle, POINTER(PanelInfo)],
    "panel_describe_member": [_handle, c_uint32, POINTER(PanelMemberInfo)], "panel_check": [_handle, _handle],
    "panel_free": [_handle],
    "panel_stream_create": [_handle, _place], "panel_stream_begin": [_handle, c_int32, _bytes, _size],
    "panel_stream_push": [_handle, _bytes, _size], "panel_stream_push_token": [_handle, _handle, c_int64],
    "panel_stream_finish": [_handle], "panel_stream_scores": [_handle, c_void_p, _size],
    "panel_stream_verdict": [_handle, _handle, POINTER(PanelVerdict), POINTER(c_void_p), POINTER(c_size_t)],
    "panel_stream_fork": [_handle, _place], "panel_stream_reset": [_handle],
    "panel_stream_memory": [_handle, POINTER(c_uint64)], "panel_stream_free": [_handle],
    "panel_stream_create_windowed": [_handle, c_void_p, _size, _place], "panel_stream_end_word": [_handle],
    "panel_stream_window_scores": [_handle, c_void_p, _size],
    "panel_stream_save": [_handle, c_void_p, _size, POINTER(c_size_t)],
    "panel_stream_resume": [_handle, _bytes, _size],
    "panel_guard_create": [_handle, POINTER(GuardOptionsInfo), _place],
    "panel_pool_create": [_handle, POINTER(GuardOptionsInfo), _size, _place],
    "pool_use_panel": [_handle, _handle, POINTER(GuardOptionsInfo)],
    "vocabulary_open": [_text, _size, _place],
    "vocabulary_bytes": [_handle, c_int64, POINTER(c_void_p), POINTER(c_size_t)], "vocabulary_free": [_handle],
    "probe_open": [_text, _size, _place], "probe_describe": [_handle, POINTER(ProbeInfo)],
    "probe_output": [_handle, c_uint32, POINTER(OutputInfo)], "probe_free": [_handle],
    "probe_stream_create": [_handle, c_uint32, _place],
    "probe_stream_push": [_handle, c_int32, c_void_p, _size, POINTER(c_int32)],
    "probe_stream_scores": [_handle, c_void_p, c_void_p, _size], "probe_stream_rewind": [_handle, c_uint64],
    "probe_stream_reset": [_handle], "probe_stream_free": [_handle],
}
for name, arguments in _types.items():
    function = getattr(library, "witan_" + name)
    function.argtypes = arguments
    function.restype = c_int32


def version() -> str:
    """The release of the library."""
    return str(library.witan_version().decode())


def error(status: int) -> WitanError:
    """The exception for the last call of this thread, which failed."""
    return WitanError(library.witan_error_message().decode(errors="replace"), library.witan_status_name(status).decode())


def check(status: int) -> None:
    """Raises `WitanError` unless the call went well."""
    if status:
        raise error(status)


def made(create: Callable[..., int], *arguments: Any) -> int:
    """The handle that a call makes."""
    handle = c_void_p()
    check(create(*arguments, ctypes.byref(handle)))
    assert handle.value is not None
    return handle.value


def encoded(text: str | bytes | bytearray | memoryview) -> bytes:
    """UTF-8. Halves of surrogate pairs, which no UTF-8 has, become U+FFFD when they are graded.

    Raises TypeError for anything but text: `bytes(5)` would be five NULs, and token ids pass for text."""
    if isinstance(text, str):
        return text.encode("utf-8", "surrogatepass")
    if isinstance(text, (bytes, bytearray, memoryview)):
        return bytes(text)
    raise TypeError(f"{type(text).__name__} is no text: give str or bytes; token ids go to push_token")
