"""What do a locality's indicators say of a place, how sure is it, and what will newcomers need?"""

from workbench.studies.cockpit.definitions import AREAS, Definition, has_cockpit
from workbench.studies.cockpit.inputs import Inputs
from workbench.studies.cockpit.saved import EDITIONS, Cockpit, build, newest, published, saved, study

__all__ = [
    "AREAS",
    "EDITIONS",
    "Cockpit",
    "Definition",
    "Inputs",
    "build",
    "has_cockpit",
    "newest",
    "published",
    "saved",
    "study",
]
