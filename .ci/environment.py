"""Print environment.yml for conda users, made from pyproject.toml; a test checks that the two agree."""

import tomllib
from pathlib import Path

PIP_ONLY = {"font-source-sans-pro", "psycopg-binary", "pypandoc-binary", "typst"}
CONDA_NAMES = {"matplotlib": "matplotlib-base"}


def main() -> None:
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda, pip = [f"python{project['requires-python']}", "pip"], []
    for dependency in project["dependencies"]:
        name = dependency.split(">")[0].split("<")[0].split("=")[0]
        if name in PIP_ONLY:
            pip.append(dependency)
        else:
            conda.append(dependency.replace(name, CONDA_NAMES.get(name, name), 1))
    print("# Made from pyproject.toml by `make lock`; do not edit.")
    print("name: migration-workbench\nchannels:\n  - conda-forge\ndependencies:")
    for line in conda:
        print(f'  - "{line}"')
    print("  - pip:")
    for line in pip:
        print(f'      - "{line}"')
    print('      - "-e ."')


if __name__ == "__main__":
    main()
