"""Witan: grades text while it is generated."""

from ._errors import Terminated, WitanError
from ._guard import Guard
from ._library import ABI_VERSION, version
from ._model import Contribution, Evidence, Model, Output, Span
from ._options import GuardOptions, Rule
from ._panel import Member, Panel, PanelStream
from ._policy import Policy
from ._pool import Pool
from ._probe import Probe, ProbeStream
from ._step import ANNOTATE, ASK, EMIT, HOLD, TERMINATE, Action, Cause, Reason, Step
from ._stream import Stream
from ._verdict import Decision, Dissent, Opinion, Provenance, Verdict
from ._vocabulary import Vocabulary

__version__ = version()
__all__ = [
    "ABI_VERSION", "ANNOTATE", "ASK", "Action", "Cause", "Contribution", "Decision", "Dissent", "EMIT", "Evidence",
    "Guard", "GuardOptions", "HOLD", "Member", "Model", "Opinion", "Output", "Panel", "PanelStream", "Policy", "Pool",
    "Probe", "ProbeStream", "Provenance", "Reason", "Rule", "Span", "Step", "Stream", "TERMINATE", "Terminated",
    "Verdict", "Vocabulary", "WitanError", "__version__", "version",
]
