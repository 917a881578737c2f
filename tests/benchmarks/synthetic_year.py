"""A synthetic year of weekly rounds, beside both simple practices, in SQLite and PostgreSQL.

python tests/benchmarks/synthetic_year.py OUT.json [--households 5000] [--weeks 52] [--only plan|first_come|…]
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.store.conftest import Cluster
from workbench.sources import localities
from workbench.store import audit, database
from workbench.studies.rounds import year

RUNS = {"plan": "", "first_come": "first_come", "best_score": "best_score", "plan on PostgreSQL": ""}


def main() -> None:
    """Run each year in turn and write what it did."""
    asked = argparse.ArgumentParser()
    asked.add_argument("out", type=Path)
    asked.add_argument("--households", type=int, default=5_000)
    asked.add_argument("--weeks", type=int, default=52)
    asked.add_argument("--only", default="")
    given = asked.parse_args()
    told: dict[str, object] = json.loads(given.out.read_text()) if given.out.exists() else {}
    for name, practice in RUNS.items():
        if given.only and name != given.only:
            continue
        folder = Path(tempfile.mkdtemp(prefix="year-"))
        cluster = Cluster(sorted(Path("/usr/lib/postgresql").glob("*/bin"))[-1], folder) if "Postgre" in name else None
        store = database.create(cluster.url(cluster.fresh()) if cluster else str(folder / "register.sqlite"))
        began = time.perf_counter()
        result = year.run(
            store,
            localities.load("norway"),
            households=given.households,
            weeks=given.weeks,
            practice=practice,
            progress=lambda said, name=name: print(name, said, flush=True),
        )
        minutes = (time.perf_counter() - began) / 60
        with store.reading() as connection:
            checked = audit.verify(connection)
        decisions = sorted(zip(result.households["household"], result.households["place"], strict=True))
        told[name] = {
            **asdict(year.summary(result)),
            "minutes": minutes,
            "audit_rows": checked.rows,
            "audit_faults": len(checked.faults),
            "rounds": result.rounds.to_dict("records"),
            "decisions": decisions,
        }
        given.out.write_text(json.dumps(told))
        store.engine.dispose()
        if cluster:
            cluster.stop("immediate")
        shutil.rmtree(folder)
        _compare(told)
        print(name, {k: v for k, v in told[name].items() if k not in ("rounds", "decisions")}, flush=True)  # type: ignore[attr-defined]


def _compare(told: dict[str, object]) -> None:
    """Say whether both databases placed each household in the same place, and whether each round was the same."""
    one, two = told.get("plan"), told.get("plan on PostgreSQL")
    if not (isinstance(one, dict) and isinstance(two, dict)):
        return
    pairs = zip(one["decisions"], two["decisions"], strict=True)
    other = [first for first, second in pairs if tuple(first) != tuple(second)]
    rounds = [
        first["week"]
        for first, second in zip(one["rounds"], two["rounds"], strict=True)
        if any(first[name] != second[name] for name in ("waiting", "proposed", "accepted", "declined", "silent"))
    ]
    number = len(one["decisions"])
    print(f"SQLite and PostgreSQL: {number - len(other)} of {number} households end in the same place; "
          f"{len(one['rounds']) - len(rounds)} of {len(one['rounds'])} rounds are the same")  # fmt: skip


if __name__ == "__main__":
    main()
