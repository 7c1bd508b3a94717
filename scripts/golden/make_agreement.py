#!/usr/bin/env python3
"""Makes the golden file of judges' agreement and of rank correlations: what other packages compute.

    python3 -m venv /tmp/agreement && /tmp/agreement/bin/pip install -r scripts/golden/agreement-requirements.txt
    /tmp/agreement/bin/python scripts/golden/make_agreement.py

Written to src/test/resources/golden/agreement.json:
- alpha: values of raters by unit (null: missing), Krippendorff's alpha of nominal data by the package
  krippendorff with the 2.5 % and 97.5 % quantiles of it over units drawn anew, and the published value where there is one: Krippendorff 2011, "Computing
  Krippendorff's Alpha-Reliability", section C (0.743), and the example of Wikipedia's article on it,
  which is the package's own (0.691);
- kappa: two raters' values, and Cohen's kappa by scikit-learn;
- correlation: two ratings with ties, and Spearman's rho and Kendall's tau-b by scipy.
"""

import json
import pathlib

import krippendorff
import numpy as np
from scipy.stats import kendalltau, spearmanr
from sklearn.metrics import cohen_kappa_score

OUT = pathlib.Path(__file__).resolve().parents[2] / "src/test/resources/golden/agreement.json"

REPLICATES = 4000

KRIPPENDORFF_2011 = """
1 2 3 3 2 1 4 1 2 * * *
1 2 3 3 2 2 4 1 2 5 * 3
* 3 3 3 2 3 4 2 2 5 1 *
1 2 3 3 2 4 4 1 2 5 1 *
"""
WIKIPEDIA = """
* * * * * 3 4 1 2 1 1 3 3 * 3
1 * 2 1 3 3 4 3 * * * * * * *
* * 2 1 3 4 4 * 2 1 1 3 3 * 4
"""


def table(text):
    """Raters by units."""
    return [[None if v == "*" else int(v) for v in line.split()] for line in text.split("\n") if line]


def drawn(random, raters, units, missing, truth):
    """Raters who see the truth that often, and else choose at random."""
    real = random.integers(0, 3, units)
    values = []
    for _ in range(raters):
        seen = random.random(units) < truth
        row = np.where(seen, real, random.integers(0, 3, units))
        values.append([None if random.random() < missing else int(v) for v in row])
    return values


def nominal(data):
    try:
        return krippendorff.alpha(reliability_data=data, level_of_measurement="nominal")
    except ValueError:  # Drawn units of one value alone.
        return np.nan


def alpha(values, random, published=None):
    data = np.array([[np.nan if v is None else v for v in row] for row in values], dtype=float)
    drawn = [nominal(data[:, random.integers(0, data.shape[1], data.shape[1])]) for _ in range(REPLICATES)]
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return {
        "values": values,
        "alpha": nominal(data),
        "low": low,
        "high": high,
        "published": published,
    }


def main():
    random = np.random.default_rng(20110125)
    alphas = [alpha(table(KRIPPENDORFF_2011), random, 0.743), alpha(table(WIKIPEDIA), random, 0.691)]
    for raters, missing, truth in [(2, 0, 0.8), (3, 0.2, 0.6), (5, 0.4, 0.4), (7, 0.1, 0), (4, 0.3, 1)]:
        alphas.append(alpha(drawn(random, raters, 60, missing, truth), random))
    kappas = []
    for truth in (0, 0.5, 0.9):
        a, b = drawn(random, 2, 80, 0, truth)
        kappas.append({"a": a, "b": b, "kappa": cohen_kappa_score(a, b)})
    correlations = []
    for n in (6, 11, 40):
        x = random.integers(0, n, n)
        y = x + random.integers(0, n, n)
        correlations.append(
            {
                "x": x.tolist(),
                "y": y.tolist(),
                "spearman": spearmanr(x, y).statistic,
                "kendall": kendalltau(x, y).statistic,
            }
        )
    golden = {"alpha": alphas, "kappa": kappas, "correlation": correlations}
    OUT.write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
