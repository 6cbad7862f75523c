"""What panels say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Mapping

from ._step import Action


@dataclass(frozen=True)
class Provenance:
    """Whose words an opinion rests on. None where the model does not say."""

    member: str
    """The member's name in its panel."""
    title: str
    constitution: str | None = None
    version: str | None = None
    digest: str | None = None
    """Of the constitution."""
    author: str | None = None
    model_digest: str | None = None
    """Of the model's file, as the `Member` was told; so `signer`."""
    signer: str | None = None


@dataclass(frozen=True)
class Opinion:
    """What one constitution says of a text."""

    provenance: Provenance
    standing: str
    """objects, undecided, accepts, supports, or silent: it has no rules about such texts."""
    finding: str
    """falls_under, does_not or cannot_tell."""
    scores: Mapping[str, float]
    """Probabilities by principle."""
    flagged: tuple[str, ...]
    """Principles that reached their thresholds, the most probable first."""
    objection: float
    """The probability that the text falls under a prohibition."""
    thresholds_from: str
    """What the thresholds rest on, and so what they promise."""
    is_complete: bool
    """Whether the model has the table of embeddings that it was trained with."""
    any: float | None = None
    any_threshold: float | None = None
    side: str | None = None
    doubts: Mapping[str, float] | None = None
    """The standard deviation of each principle's logit, in models that have it."""
    any_doubt: float | None = None
    is_truncated: bool = False
    """Whether only the beginning of the text was graded."""


@dataclass(frozen=True)
class Dissent:
    """Who stands where, in the panel's order, and how far they are apart."""

    objects: tuple[str, ...]
    undecided: tuple[str, ...]
    accepts: tuple[str, ...]
    supports: tuple[str, ...]
    silent: tuple[str, ...]
    spread: float
    """The standard deviation of the objections: 0 to 0.5."""
    division: float
    """How evenly those who can tell are split: 0 all agree, 1 halved."""

    @property
    def is_contested(self) -> bool:
        """Whether some object and others, who can tell, do not."""
        return self.division > 0


@dataclass(frozen=True)
class Decision:
    """What a policy chose, and why."""

    action: Action
    layer: str
    """floor, a community's layer, user, or default."""
    rule: str
    members: tuple[str, ...]
    """Whose opinions the rule rests on."""
    principles: tuple[str, ...]
    """As member/principle; empty for rules about whole opinions."""
    adjusted_by: str | None = None
    """Who relaxed or tightened what the layer wanted: user, or role and its name."""


@dataclass(frozen=True)
class Verdict:
    """What a panel says of a text: every opinion, and what follows."""

    outcome: str
    """accepted, objected, contested or undecided."""
    opinions: tuple[Opinion, ...]
    dissent: Dissent
    decision: Decision | None
    """What the policy says; None without one: a panel by itself decides nothing."""

    def __getitem__(self, member: str) -> Opinion:
        """The opinion of a member, by its name."""
        for opinion in self.opinions:
            if opinion.provenance.member == member:
                return opinion
        raise KeyError(member)


def verdict_of(fields: dict[str, Any]) -> Verdict:
    """A verdict from the library's JSON."""
    dissent, decision = fields["dissent"], fields.get("decision")
    names = ("objects", "undecided", "accepts", "supports", "silent")
    return Verdict(
        fields["outcome"], tuple(_opinion(one) for one in fields["opinions"]),
        Dissent(**{name: tuple(dissent[name]) for name in names}, spread=dissent["spread"],
                division=dissent["division"]),
        None if decision is None else Decision(
            Action[decision["action"].upper()], decision["layer"], decision["rule"], tuple(decision["members"]),
            tuple(decision["principles"]), decision.get("adjusted_by")))


def _opinion(fields: dict[str, Any]) -> Opinion:
    source = fields["provenance"]
    return Opinion(
        Provenance(
            source["member"], source["title"], source.get("constitution"), source.get("version"), source.get("digest"),
            source.get("author"), source.get("model_digest"), source.get("signed_by")),
        fields["standing"], fields["finding"], fields["scores"], tuple(fields["flagged"]), fields["objection"],
        fields["thresholds_from"], fields["complete"], fields.get("any"), fields.get("any_threshold"),
        fields.get("side"), fields.get("doubt"), fields.get("any_doubt"), fields.get("truncated", False))
