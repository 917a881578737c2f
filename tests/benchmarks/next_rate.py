"""Is next year's published rate foreseen better than by this year's, and than by the mean of peers?

    .venv/bin/python tests/benchmarks/next_rate.py

Every share by place and year that ships, each year from the fourth on forecast from the years before it alone. Mean
absolute error × 1,000 over places: this year's raw rate, the mean of peers (centrality or all), the forecast; how many
of 100 places lay in its 95 % interval.
"""

from __future__ import annotations

import numpy as np

from workbench.models.smallarea.next_year import LEAST_YEARS, forecast
from workbench.sources import localities
from workbench.studies.cockpit import definitions, estimates, peers
from workbench.studies.cockpit.figures import collect

LOCALITIES = ("norway", "sweden", "eu")


def panels():
    """Yield name and panel of every share by place and year."""
    for name in LOCALITIES:
        home = localities.load(name)
        said = definitions.read(home)
        figures = collect(home, said)
        groups, size = peers.groups(home), peers.size(home)
        for of in said:
            panel = estimates.panel(figures[figures["group"] == "all"], of, groups, size, window=estimates.PAST)
            if panel is not None and len(panel.years) > LEAST_YEARS:
                yield f"{name}: {of.id}", panel


def main() -> None:
    """Print one line for each indicator and year, and how often each rule was best."""
    told = []
    print("| indicator | year | this year's rate | mean of peers | forecast | 95 % hold |")
    print("|:---|---:|---:|---:|---:|---:|")
    for name, panel in panels():
        raw = panel.raw()
        for at in range(LEAST_YEARS, len(panel.years)):
            seen = panel.until(panel.years[at - 1])
            found = forecast(seen)
            kind = peers.CENTRALITY if peers.CENTRALITY in panel.groups else ""
            alike = seen.peers_mean(kind)[:, -1] if kind else np.full(len(raw), _whole(seen))
            low, high = found.interval()
            good = np.isfinite(raw[:, at]) & np.isfinite(raw[:, at - 1])
            miss = [1000 * np.abs(rule - raw[:, at])[good].mean() for rule in (raw[:, at - 1], alike, found.rate)]
            held = 100 * ((raw[:, at] >= low) & (raw[:, at] <= high))[good].mean()
            told.append([*miss, held])
            print(f"| {name} | {panel.years[at]} | {miss[0]:.1f} | {miss[1]:.1f} | {miss[2]:.1f} | {held:.0f} |")
    each = np.array(told)
    ratio = np.log(each[:, 2] / each[:, 0])
    print(
        f"{len(each)} forecasts: better than this year's rate in {(each[:, 2] < each[:, 0]).sum()}, than peers in "
        f"{(each[:, 2] < each[:, 1]).sum()}; error {100 * np.expm1(ratio.mean()):+.1f} % beside this year's rate "
        f"(± {196 * ratio.std() / len(ratio) ** 0.5:.1f}); 95 % intervals hold {each[:, 3].mean():.1f}"
    )


def _whole(panel):
    return panel.events[:, -1].sum() / max(1, panel.persons[:, -1].sum())


if __name__ == "__main__":
    main()
