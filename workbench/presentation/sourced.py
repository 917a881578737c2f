"""How a source is called: shipped ones in the reader's language, an authority's own as it named them."""

from __future__ import annotations

from dataclasses import replace

from workbench.core.runs.provenance import Source
from workbench.presentation.languages import known, marked

SHIPPED = (
    marked("Statistics Denmark"),
    marked("Statistics Norway"),
    marked("Statistics Norway, Norwegian Institute of Public Health, IMDi, Directorate for Education"),
    marked("Statistics Norway; Ministry of Local Government"),
    marked("IMDi / Statistics Norway"),
    marked("Statistics Sweden"),
    marked("Swedish Migration Agency"),
    marked("UK Home Office"),
    marked("the institutions named with each event"),
    marked("Asylum applicants, monthly data (migr_asyappctzm)"),
    marked("Asylum caseworking productivity, monthly"),
    marked("Centrality and KOSTRA groups of municipalities"),
    marked("Centrality and groups of comparable municipalities (KOSTRA)"),
    marked("Country codes and names"),
    marked("First instance decisions, quarterly data (migr_asydcfstq), and asylum applicants (migr_asyappctzm)"),
    marked("General practice (table 12005)"),
    marked("Immigration system statistics, asylum applications, outcomes and pending cases"),
    marked("Indicators of living conditions in Telemark, as gathered by the county council"),
    marked("Monthly asylum statistics"),
    marked("Monthly detections of irregular border crossings"),
    marked("Moves between municipalities 2024 and population"),
    marked("Municipalities and population"),
    marked("Persons with refugee-related background by municipality and origin"),
    marked("Policy events: day and act"),
    marked("Population and area of municipalities"),
    marked("Population statistics, monthly asylum applications"),
    marked("Settlement of refugees by municipality"),
    marked("Synthetic agency, made by a program from stated parameters"),
    marked("CC BY 4.0 (Statistics Norway); public statistics of the others"),
    marked("facts; each row names the act or list it is taken from"),
    marked("free reuse naming the source"),
    marked("public statistics; reuse terms not stated"),
    marked("reuse with acknowledgement"),
)
"""Publishers, titles and terms of the shipped localities, so that the catalogues know them."""
NOTES = (
    marked("everybody, not refugees: it shows whether a model of moves learns, not how newcomers move"),
    marked("rounded to 5; the last one or two months are partial for some destinations"),
    marked("cells under 5 were suppressed by the source; an absent row is zero or unpublished"),
    marked("detections, not persons; an absent row is zero"),
    marked("rounded to 5; decisions, not cases: withdrawals and transfers are not among them"),
    marked("our own selection, for reading charts and writing scenarios; not complete, and no model uses it"),
    marked("synthetic: describes no real agency and no real person"),
    marked("rounded to 5"),
    marked("moved to 2024 borders by population share, so fractions occur; 2023 is a part year"),
    marked("empty = withheld by the source; absent = none published"),
    marked("2024"),
    marked("2024 borders; centroids are of polygons, not of towns"),
    marked("decisions missing 2009-12 to 2010-12"),
    marked("area includes water"),
    marked("rates without counts; some are means of three or five years; withheld cells are absent"),
    marked("applications, outcomes and pending cases as persons; a stock does not follow from its flows exactly"),
    marked("see SOURCE.md"),
    marked(
        "two thirds after seven years in Norway, a figure often quoted; its publication is not carried here",
    ),
    marked(
        "Sweden's cohort of 2016, 90 % at the year's end and 68 % after three years; its publication is not "
        "carried here"
    ),
)
"""What the shipped localities note beside their sources."""
OWN = (
    marked("kept in the register"),
    marked("The register"),
    marked("Readers of the guide"),
    marked("Answers to the guide"),
    marked("Households with their days"),
    marked("Offers of the year"),
    marked("Places of the year"),
)
"""Publishers, titles and terms of the tables that the register and the guide keep themselves."""
SAME = ("Eurostat", "UNHCR", "Frontex", "IMDi", "Migration Workbench", "CC BY 4.0", "CC0", "Open Government Licence v3")
"""Those that are called alike in every language."""


def source_name(source: Source, language: str = "en") -> str:
    """Return a source as it stands under a figure: publisher, title and terms."""
    told = replace(
        source,
        publisher=known(source.publisher, language),
        title=known(source.title, language),
        licence=known(source.licence, language),
    )
    return told.line()
