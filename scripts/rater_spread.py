"""Signs of disagreement between raters, and how well they tell it: the statistics of measure_raters.py."""

import json
import struct

import numpy

RESAMPLES = 1000


class Opinions:
    """What a model of raters' opinions says of a text, and who of its raters shares which opinion."""

    def __init__(self, path, by):
        with open(path, "rb") as file:
            header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        known = json.loads(header["__metadata__"]["witan.raters"])
        self.by, self.pooled, self.groups = by, known["pooled"], known["groups"]
        self.members = known.get("members", {})
        self.labels = {(g["field"], g["name"]): g["label"] for g in self.groups}
        self.levels = {g["label"]: g["mean"] for g in self.groups}

    def label(self, rating, field):
        """The opinion that a rating's rater has: that of the group, or else the pooled one."""
        value = rating.get(field) if field != "severity" else self.members.get(str(rating.get("rater")))
        return self.labels.get((field, str(value)), self.pooled)

    def moments(self, values, field, labels):
        """Mean and mean square of what each rater is taken to say: of known ones their group's value, of others that
        of a rater drawn at random."""
        groups = [g for g in self.groups if g["field"] == field]
        weights = numpy.array([g["ratings"] for g in groups]) / sum(g["ratings"] for g in groups)
        of = numpy.array([values[g["label"]] for g in groups])
        anyone = (weights @ of, weights @ of**2)
        return zip(*(anyone if label == self.pooled else (values[label], values[label] ** 2) for label in labels))

    def text(self, row, score, majority, soft, fold):
        """Predictions of one text. `own raters` and `levels` know who rated it, but no vote of theirs."""
        p = score["scores"]
        heard = [[self.label(rating, field) for rating in row["ratings"]] for field in self.by]

        def apart(values):
            return numpy.sqrt(numpy.mean([expected_variance(*self.moments(values, f, labels))
                                          for f, labels in zip(self.by, heard)]))

        mean = sum(p[g["label"]] * g["ratings"] for g in self.groups) / sum(g["ratings"] for g in self.groups)
        votes = [r["label"] for r in row["ratings"]]
        signs = {
            "spread": score["spread"], "majority": majority * (1 - majority), "soft": soft * (1 - soft),
            "pooled": p[self.pooled] * (1 - p[self.pooled]), "own raters": apart(p), "levels": apart(self.levels),
            # Variance within and between groups together.
            "total": mean * (1 - mean)}
        polls = [(label, vote, p[label], p[self.pooled], majority, soft)
                 for labels in heard for label, vote in zip(labels, votes) if label != self.pooled]
        return {"truth": float(numpy.std(votes)), "votes": len(votes), "signs": signs, "polls": polls, "fold": fold}


def expected_variance(means, squares):
    """Of what raters say who speak independently of each other, each with this mean and mean square."""
    means, squares, n = numpy.array(means), numpy.array(squares), len(means)
    return max(0, squares.mean() - means.mean() ** 2 - (squares - means**2).sum() / n**2)


def ranks(values):
    """From 1, ties at their mean."""
    _, place, counts = numpy.unique(values, return_inverse=True, return_counts=True)
    return (numpy.cumsum(counts) - (counts - 1) / 2)[place]


def correlation(x, y):
    x, y = x - x.mean(), y - y.mean()
    both = numpy.sqrt((x * x).sum() * (y * y).sum())
    return (x * y).sum() / both if both > 0 else numpy.nan


def intervals(texts, statistics):
    """`statistics` of all texts with 95 % intervals: texts drawn again, in cross-validation whole folds, as answers to
    one prompt are alike."""
    units = {}
    for i, text in enumerate(texts):
        units.setdefault(i if text["fold"] is None else text["fold"], []).append(i)
    units = [numpy.array(unit) for unit in units.values()]
    random = numpy.random.default_rng(1)
    drawn = [statistics(numpy.concatenate([units[k] for k in random.integers(len(units), size=len(units))]))
             for _ in range(RESAMPLES)]
    out = {}
    for name, value in statistics(numpy.arange(len(texts))).items():
        of = numpy.array([d[name] for d in drawn if name in d])
        of = of[~numpy.isnan(of)]
        out[name] = {"value": None if numpy.isnan(value) else float(value)}
        if len(of) >= 0.9 * RESAMPLES:
            out[name]["interval"] = [float(q) for q in numpy.quantile(of, (0.025, 0.975))]
    return out


def disagreement(texts):
    """Spearman of each sign with the standard deviation of a text's ratings, and differences."""
    texts = [text for text in texts if text["votes"] > 1]
    truth = numpy.array([text["truth"] for text in texts])
    signs = {name: numpy.array([text["signs"][name] for text in texts]) for name in texts[0]["signs"]}

    def statistics(drawn):
        true = ranks(truth[drawn])
        out = {name: correlation(ranks(values[drawn]), true) for name, values in signs.items()}
        for ours in ("spread", "own raters", "total"):
            for other in ("majority", "soft", "pooled", "levels", "spread"):
                out[f"{ours} less {other}"] = out[ours] - out[other]
        return out

    return {"texts": len(texts), **intervals(texts, statistics)}


def losses(texts):
    """Log loss of each group's votes by its own opinion and by those that all share, mean over groups."""
    names = ("own", "pooled", "majority", "soft")
    groups = sorted({poll[0] for text in texts for poll in text["polls"]})
    sums = numpy.zeros((len(groups), len(texts), len(names)))
    counts = numpy.zeros((len(groups), len(texts)))
    for i, text in enumerate(texts):
        for label, vote, *said in text["polls"]:
            p = numpy.clip(said, 1e-7, 1 - 1e-7)
            g = groups.index(label)
            sums[g, i] -= vote * numpy.log(p) + (1 - vote) * numpy.log(1 - p)
            counts[g, i] += 1

    def statistics(drawn):
        count = counts[:, drawn].sum(1)
        heard = count > 0
        mean = (sums[:, drawn].sum(1)[heard] / count[heard, None]).mean(0)
        out = dict(zip(names, mean))
        out.update({f"own less {name}": mean[0] - value for name, value in zip(names[1:], mean[1:])})
        return out

    return intervals(texts, statistics)
