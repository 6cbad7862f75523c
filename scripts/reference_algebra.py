#!/usr/bin/env python3
"""Writes Tests/WitanTrainingTests/Golden/algebra.json: small problems and what others make of them.

Ridge regression, logistic and softmax regression and principal components come from scikit-learn;
leave-one-out errors from fits that leave one out; generalised cross-validation, Laplace variances and
the Cholesky and eigen-decompositions from numpy and scipy. The data are made, seeded, and multiples of
1/64, so that 32-bit floats hold them exactly.
Needs: pip install numpy scipy scikit-learn. Run: python3 scripts/reference_algebra.py
"""
import json
import pathlib
import platform

import numpy as np
import scipy
import scipy.linalg
import scipy.optimize
import scipy.special
import sklearn
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge

OUT = pathlib.Path(__file__).resolve().parent.parent / "Tests/WitanTrainingTests/Golden/algebra.json"
rng = np.random.default_rng(7)


def grid(a):
    return np.round(np.asarray(a) * 64) / 64


def plain(x):
    """Nine digits are more than any test compares."""
    if isinstance(x, dict):
        return {k: plain(v) for k, v in x.items()}
    if isinstance(x, (list, tuple)):
        return [plain(v) for v in x]
    if isinstance(x, np.ndarray):
        return [plain(v) for v in x.ravel()]
    if isinstance(x, (float, np.floating)):
        return float(f"{x:.9g}")
    return int(x) if isinstance(x, np.integer) else x


def signed(rows):
    """Of the entries within 1e-8 of a row's largest magnitude, the first is positive."""
    out = np.array(rows)
    for row in out:
        deciding = np.flatnonzero(np.abs(row) >= np.abs(row).max() - 1e-8)[0]
        if row[deciding] < 0:
            row *= -1
    return out


def ridge():
    n, d, k = 14, 4, 2
    x = grid(rng.normal(size=(n, d)) * [1, 2, 0.5, 1] + [0, 3, -1, 0])
    y = grid(x @ rng.normal(size=(d, k)) + rng.normal(size=(n, k)) + 2)
    w = grid(rng.uniform(0.25, 2, n))
    lambdas = [0.01, 0.3, 3.0, 40.0]

    def fit(lam, keep=slice(None), weights=w):
        return Ridge(alpha=lam, solver="cholesky").fit(x[keep], y[keep], sample_weight=weights[keep])

    loo, gcv = [], []
    for lam in lambdas:
        error = 0.0
        for i in range(n):
            keep = np.arange(n) != i
            error += w[i] * np.sum((y[i] - fit(lam, keep).predict(x[i : i + 1])[0]) ** 2)
        loo.append(error / w.sum())
        # The hat matrix of the unweighted problem, column by column.
        one = np.ones(n)
        hat = np.column_stack(
            [Ridge(alpha=lam, solver="cholesky").fit(x, e).predict(x) for e in np.eye(n)])
        residual = y - fit(lam, weights=one).predict(x)
        gcv.append(np.sum(residual**2) / n / (1 - np.trace(hat) / n) ** 2)
    best = fit(lambdas[1])
    return {
        "n": n, "width": d, "outputs": k, "features": x, "targets": y, "weights": w,
        "lambda": lambdas[1], "coefficients": best.coef_, "intercepts": best.intercept_,
        "lambdas": lambdas, "leave_one_out": loo, "generalized_unweighted": gcv,
    }


def laplace_variance(x, curvature, lam, at):
    extended = np.column_stack([x, np.ones(len(x))])
    prior = np.diag([lam] * x.shape[1] + [0.0])
    h = extended.T @ (curvature[:, None] * extended) + prior
    q = np.column_stack([at, np.ones(len(at))])
    return np.einsum("ij,ij->i", q, scipy.linalg.solve(h, q.T, assume_a="pos").T)


def binary():
    n, d, lam = 30, 3, 0.7
    x = grid(rng.normal(size=(n, d)) + [1, 0, -2])
    y = (x @ [1.5, -1, 0.5] + rng.logistic(size=n) > 0.5).astype(float)
    w = grid(rng.uniform(0.25, 2, n))
    model = LogisticRegression(C=1 / lam, tol=1e-12, max_iter=10000, solver="newton-cholesky")
    model.fit(x, y, sample_weight=w)
    p = model.predict_proba(x)[:, 1]
    at = grid(rng.normal(size=(5, d)) * 3)
    z = model.decision_function(at)
    v = laplace_variance(x, w * p * (1 - p), lam, at)
    return {
        "n": n, "width": d, "features": x, "targets": y, "weights": w, "lambda": lam,
        "coefficients": model.coef_, "intercept": model.intercept_, "at": at, "logits": z,
        "variance": v, "probit": scipy.special.expit(z / np.sqrt(1 + np.pi * v / 8)),
    }


def soft():
    """Soft targets, which scikit-learn does not take: scipy minimises the same loss."""
    n, d, lam = 20, 2, 0.5
    x = grid(rng.normal(size=(n, d)))
    y = grid(scipy.special.expit(x @ [2.0, -1.0] + rng.normal(size=n)))

    def loss(q):
        z = x @ q[:d] + q[d]
        return np.sum(np.logaddexp(0, z) - y * z) + lam / 2 * np.sum(q[:d] ** 2)

    def gradient(q):
        r = scipy.special.expit(x @ q[:d] + q[d]) - y
        return np.append(x.T @ r + lam * q[:d], r.sum())

    found = scipy.optimize.minimize(loss, np.zeros(d + 1), jac=gradient, method="BFGS", options={"gtol": 1e-10})
    return {
        "n": n, "width": d, "features": x, "targets": y, "lambda": lam, "parameters": found.x,
        "loss": found.fun,
    }


def softmax():
    n, d, k, lam = 36, 3, 4, 0.4
    x = grid(rng.normal(size=(n, d)) + [0, 1, -1])
    y = np.argmax(x @ rng.normal(size=(d, k)) * 1.5 + rng.gumbel(size=(n, k)), axis=1)
    w = grid(rng.uniform(0.25, 2, n))
    model = LogisticRegression(C=1 / lam, tol=1e-12, max_iter=100000, solver="lbfgs")
    model.fit(x, y, sample_weight=w)
    p = model.predict_proba(x)
    at = grid(rng.normal(size=(4, d)) * 3)
    z = model.decision_function(at)
    v = np.column_stack([laplace_variance(x, w * p[:, c] * (1 - p[:, c]), lam, at) for c in range(k)])
    return {
        "n": n, "width": d, "outputs": k, "features": x, "classes": y, "weights": w, "lambda": lam,
        "coefficients": model.coef_, "intercepts": model.intercept_ - model.intercept_.mean(),
        "at": at, "probabilities": model.predict_proba(at), "variance": v,
        "probit": scipy.special.softmax(z / np.sqrt(1 + np.pi * v / 8), axis=1),
    }


def components():
    n, d, m = 16, 5, 3
    x = grid(rng.normal(size=(n, 3)) @ rng.normal(size=(3, d)) + rng.normal(size=(n, d)) * 0.3 + 5)
    model = PCA(m, svd_solver="full").fit(x)
    rows = signed(model.components_)
    return {
        "n": n, "width": d, "count": m, "features": x, "mean": model.mean_, "components": rows,
        "variance": model.explained_variance_, "share": model.explained_variance_ratio_,
        "coordinates": (x - model.mean_) @ rows.T,
    }


def decompositions():
    n = 5
    a = grid(rng.normal(size=(n + 3, n)))
    a = a.T @ a
    values, vectors = np.linalg.eigh(a)
    b = grid(rng.normal(size=(3, n)))
    return {
        "n": n, "matrix": a, "cholesky": np.linalg.cholesky(a), "inverse": np.linalg.inv(a),
        "right": b, "solutions": scipy.linalg.solve(a, b.T).T,
        "eigenvalues": values, "eigenvectors": signed(vectors.T),
    }


result = {
    "made_by": {
        "script": "scripts/reference_algebra.py", "python": platform.python_version(),
        "numpy": np.__version__, "scipy": scipy.__version__, "scikit-learn": sklearn.__version__,
    },
    "ridge": ridge(), "binary": binary(), "soft": soft(), "softmax": softmax(),
    "components": components(), "decompositions": decompositions(),
}
OUT.parent.mkdir(parents=True, exist_ok=True)
OUT.write_text(
    "{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(plain(v))}" for k, v in result.items()) + "\n}\n")
