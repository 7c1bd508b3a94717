#!/usr/bin/env python3
"""Makes the golden files of the estimators' tests: what other packages compute from the same data.

    python3 -m venv /tmp/golden && /tmp/golden/bin/pip install -r scripts/golden/statistics-requirements.txt
    /tmp/golden/bin/python scripts/golden/make_statistics.py [ALPACA_EVAL_DIR]

Written to src/test/resources/golden: bradley-terry.json (games added up by pair and score; the exact
optimum by Newton's method in double precision, and the ratings of arena-rank with their sandwich
intervals, of choix and of evalica) and ppi.json (scores, and ppi-python's mean, interval and lambda).
With a folder of AlpacaEval's annotations (*.jsonl.gz) these are one of the boards.
"""

import gzip
import json
import pathlib
import sys
import warnings

import choix
import evalica
import numpy as np
import pandas as pd
from arena_rank.models.bradley_terry import BradleyTerry
from arena_rank.utils.data_utils import PairDataset
from ppi_py import ppi_mean_ci, ppi_mean_pointestimate

ELO = 400 / np.log(10)
OUT = pathlib.Path(__file__).resolve().parents[2] / "src/test/resources/golden"


def board(models, games, seed, sparse):
    """Games of random models, a fifth of them ties; sparse: with near neighbours only."""
    random = np.random.default_rng(seed)
    theta = random.normal(0, 0.7, models)
    rows = []
    for _ in range(games):
        a = random.integers(models)
        b = (a + 1 + random.integers(3)) % models if sparse else random.integers(models)
        if a == b:
            continue
        u = random.random()
        if u < 0.2:
            y = 0.5
        else:
            y = float(random.random() < 1 / (1 + np.exp(theta[b] - theta[a])))
        rows.append((int(a), int(b), y))
    return rows


def alpaca(folder):
    """The recorded preferences of GPT-4 for three models over the baseline, 0 is the baseline."""
    names = ["gpt4_1106_preview"]
    rows = []
    for path in sorted(pathlib.Path(folder).glob("*.jsonl.gz")):
        for line in gzip.open(path, "rt"):
            r = json.loads(line)
            if r["generator_2"] not in names:
                names.append(r["generator_2"])
            p = r["preference"]
            rows.append((0, names.index(r["generator_2"]), 0.5 if p == 0 else 2 - p))
    return rows


def exact(models, rows):
    """The maximum of the likelihood: Newton's method until no step is left."""
    a, b, y = (np.array(x) for x in zip(*rows))
    theta = np.zeros(models)
    for _ in range(100):
        p = 1 / (1 + np.exp(theta[b] - theta[a]))
        g = np.bincount(a, y - p, models) - np.bincount(b, y - p, models)
        w = p * (1 - p)
        h = np.zeros((models, models))
        np.add.at(h, (a, a), w)
        np.add.at(h, (b, b), w)
        np.add.at(h, (a, b), -w)
        np.add.at(h, (b, a), -w)
        step = np.linalg.solve(h + np.ones((models, models)), g)
        theta += step
        if np.abs(step).max() < 1e-14:
            break
    return theta - theta.mean()


def with_choix(models, rows):
    """choix takes wins and losses; a tie is half of each, so every game counts twice."""
    wins = []
    for a, b, y in rows:
        wins += [(a, b)] * round(2 * y) + [(b, a)] * round(2 - 2 * y)
    theta = choix.opt_pairwise(models, wins, alpha=1e-12, method="Newton-CG", tol=1e-12)
    return theta - theta.mean()


def with_evalica(models, rows):
    winner = {1.0: evalica.Winner.X, 0.0: evalica.Winner.Y, 0.5: evalica.Winner.Draw}
    result = evalica.bradley_terry(
        [r[0] for r in rows],
        [r[1] for r in rows],
        [winner[r[2]] for r in rows],
        tie_weight=0.5,
        tolerance=1e-14,
        limit=100_000,
    )
    theta = np.log(result.scores.loc[range(models)].to_numpy())
    return theta - theta.mean()


def with_arena_rank(models, rows):
    frame = pd.DataFrame(rows, columns=["model_a", "model_b", "winner"])
    data = PairDataset.from_pandas(frame, outcome_map=float)
    result = BradleyTerry(models, ftol=1e-16, gtol=1e-12, max_iter=100_000)
    found = result.compute_ratings_and_cis(data)
    place = {name: i for i, name in enumerate(data.competitors)}
    order = [place[i] for i in range(models)]
    ratings = np.asarray(found["ratings"])[order]
    low = np.asarray(found["rating_lower"])[order]
    high = np.asarray(found["rating_upper"])[order]
    return ratings - ratings.mean() + 1000, (high - low) / 2


def cells(rows):
    """[a, b, score, games], sorted."""
    frame = pd.DataFrame(rows, columns=["a", "b", "y"])
    grouped = frame.groupby(["a", "b", "y"]).size().reset_index(name="n")
    return [[int(r.a), int(r.b), float(r.y), int(r.n)] for r in grouped.itertuples()]


def bradley_terry(folder):
    boards = {
        "5 models": (5, board(5, 400, 1, False)),
        "20 models": (20, board(20, 5000, 2, False)),
        "60 models, neighbours": (60, board(60, 6000, 3, True)),
    }
    if folder:
        rows = alpaca(folder)
        boards["alpaca_eval"] = (1 + max(r[1] for r in rows), rows)
    found = []
    for name, (models, rows) in boards.items():
        ratings, half = with_arena_rank(models, rows)
        one = {
            "name": name,
            "models": models,
            "games": cells(rows) if name != "alpaca_eval" else None,
            "exact": list(1000 + ELO * exact(models, rows)),
            "arena_rank": list(map(float, ratings)),
            "arena_rank_half_width": list(map(float, half)),
        }
        if all(y in (0, 0.5, 1) for _, _, y in rows):
            one["choix"] = list(1000 + ELO * with_choix(models, rows))
            one["evalica"] = list(1000 + ELO * with_evalica(models, rows))
        found.append(one)
        for package in ("arena_rank", "choix", "evalica"):
            if package in one:
                off = np.abs(np.array(one[package]) - one["exact"]).max()
                print(f"{name}: {package} is within {off:.2g} Elo of the exact optimum")
    return found


def ppi():
    found = []
    for seed, n, unlabelled, noise in ((1, 60, 400, 0.1), (2, 200, 1000, 0.4), (3, 40, 50, 3.0)):
        random = np.random.default_rng(seed)

        def draw(count):
            truth = random.beta(2, 1.5, count)
            person = (random.random(count) < truth).astype(float)
            judge = 1 / (1 + np.exp(-(4 * (truth - 0.4) + noise * random.normal(size=count))))
            return person, np.round(judge, 6)

        y, yhat = draw(n)
        _, rest = draw(unlabelled)
        # lam=None is power tuning; with lam=1 it is the original estimate.
        low, high = ppi_mean_ci(y, yhat, rest, alpha=0.05)
        found.append(
            {
                "person": list(y),
                "judge": list(map(float, yhat)),
                "unlabelled": list(map(float, rest)),
                "estimate": float(ppi_mean_pointestimate(y, yhat, rest)[0]),
                "low": float(low[0]),
                "high": float(high[0]),
            }
        )
    return found


def main():
    warnings.filterwarnings("ignore")
    folder = sys.argv[1] if len(sys.argv) > 1 else None
    for name, content in (("bradley-terry", bradley_terry(folder)), ("ppi", ppi())):
        (OUT / f"{name}.json").write_text(json.dumps(content) + "\n")


main()
