"""The widgets of the places: weeks, services, dwellings, a pause with its reason, and where the year stands."""

from __future__ import annotations

from datetime import UTC, datetime

import ipywidgets

from workbench.apps import notices
from workbench.apps.boxes import boxed
from workbench.apps.places.dwellings import Dwellings
from workbench.apps.register_view import RegisterView, button, table
from workbench.apps.serving.bridge import keep_quiet
from workbench.core.errors import AppError
from workbench.presentation.languages import marked, say
from workbench.store import dwellings, reservation
from workbench.store.rounds import offered

KINDS = {"all": marked("all routes"), "minors": marked("unaccompanied minors")}
PAUSES = {
    "no_dwelling": marked("No dwelling"),
    "no_staff": marked("No staff"),
    "school_full": marked("School is full"),
    "other": marked("Another reason"),
}


def page() -> ipywidgets.Box:
    """Return the page for the one who is signed in."""
    keep_quiet()
    return PlacesView().box


def opened(language: str) -> ipywidgets.Box:
    """Return the page in a language."""
    return PlacesView(language=language).box


class PlacesView(RegisterView):
    """A municipality's places."""

    roles = ("municipality", "directorate")

    def build(self) -> None:
        """Make the entries."""
        day = datetime.now(UTC).isocalendar()
        self.place = ipywidgets.Text(
            continuous_update=False, value=self.account.municipality, disabled=self.account.role == "municipality"
        )
        self.year, self.week = ipywidgets.IntText(value=day.year), ipywidgets.IntText(value=day.week)
        self.kind, self.number = ipywidgets.Dropdown(), ipywidgets.IntText(value=0)
        self.reason, self.services = ipywidgets.Dropdown(), ipywidgets.Text(continuous_update=False)
        self.save = button("", lambda: self.act(self._save), "mw-main")
        self.pause, self.open = (button("", lambda: self.act(self._pause)), button("", lambda: self.act(self._open)))
        self.keep = button("", lambda: self.act(self._keep))
        self.homes = Dwellings(lambda: self.act(self._keep_home), lambda: self.act(self._drop_home))
        self.week_title, self.pause_title, self.service_title = (ipywidgets.HTML() for _ in range(3))
        self.told = ipywidgets.HTML()
        self.controls(
            (self.language, self.place, self.year),
            boxed("mw-card", self.week_title, self.week, self.kind, self.number, self.save),
            boxed("mw-card", self.pause_title, self.reason, boxed("mw-row", self.pause, self.open)),
            boxed("mw-card", self.service_title, self.services, self.keep),
            self.homes.box,
        )
        self.main.children = (self.head, self.notice, self.told)
        self.year.observe(lambda _: self.update(), "value")
        self.place.observe(lambda _: self._arrive(), "value")
        self._list_services()

    def _arrive(self) -> None:
        """Show another municipality with the services that it states: those of the one before are not its own."""
        self._list_services()
        self.update()

    def _list_services(self) -> None:
        with self.guarded(), self.desk.store.reading() as connection:
            self.services.value = "; ".join(reservation.services(connection, self._code()))

    def refresh(self) -> None:
        """Show the year."""
        self._label()
        self.choices.description = say("Change weeks, services and dwellings", self.lang)
        if not self._code():
            lead = say("Name a municipality by its code.", self.lang)
            title = notices.tag("h1", say("Places by week", self.lang))
            self.head.value, self.told.value = title + notices.tag("p", lead, "mw-headline"), ""
            return
        place, year = self._place(), self.year.value
        with self.desk.store.reading() as connection:
            weeks, quotas = offered.weeks(connection, place, year), offered.quotas(connection, place, year)
            used = offered.used(connection, place, year)
            homes = dwellings.listed(connection, place).get(place, [])
        places, taken = sum(row["places"] for row in weeks), sum(row["taken"] for row in weeks)
        lead = say(
            "{name} offers {places} places in {year}; {taken} are taken, {left} are left.",
            self.lang,
            name=self.locality.place_name(place),
            places=places,
            year=year,
            taken=taken,
            left=places - taken,
        )
        self.head.value = notices.tag("h1", say("Places by week", self.lang)) + notices.tag("p", lead, "mw-headline")
        said = [
            say("Asked for {asked}, decided {decided} ({kind}).", self.lang, kind=say(KINDS[row["kind"]], self.lang),
                asked="–" if row["asked"] is None else row["asked"],
                decided="–" if row["decided"] is None else row["decided"])
            for row in quotas
        ]  # fmt: skip
        counted = say(
            "Households: {sent} wait for an answer, {accepted} accepted, {declined} declined, {lapsed} not answered.",
            self.lang,
            sent=used.get("sent", 0),
            accepted=used.get("accepted", 0) + used.get("decided", 0),
            declined=used.get("declined", 0),
            lapsed=used.get("lapsed", 0),
        )
        heads = [say(each, self.lang) for each in HEADS]
        rows = [
            [
                str(row["week"]),
                say(KINDS[row["kind"]], self.lang),
                str(row["places"]),
                str(row["taken"]),
                str(row["places"] - row["taken"]),
                say(PAUSES.get(row["paused"], row["paused"]), self.lang) if row["paused"] else "",
            ]
            for row in weeks
        ]
        self.told.value = "".join(notices.tag("p", each) for each in [*said, counted]) + (
            table(heads, rows, say("Places of {year} by week, persons", self.lang, year=year)) if rows else ""
        )
        self.told.value += self.homes.listed(homes, self.lang)

    def _code(self) -> str:
        return self.account.municipality or self.place.value.strip()

    def _place(self) -> str:
        code = self._code()
        if code not in self.locality.places:
            raise AppError(say("Name a municipality by its code.", self.lang))
        return code

    def _save(self) -> str:
        with self.desk.store.writing() as connection:
            at = (self._place(), self.year.value, self.week.value, self.number.value)
            reservation.offer(connection, *at, kind=self.kind.value, who=self.desk.login)
        return say("Week {week}: {places} places.", self.lang, week=self.week.value, places=self.number.value)

    def _pause(self) -> str:
        if not self.reason.value:
            raise AppError(say("A pause needs its reason.", self.lang))
        self._set_pause(self.reason.value)
        return say("Week {week} is paused.", self.lang, week=self.week.value)

    def _open(self) -> str:
        self._set_pause("")
        return say("Week {week} is open again.", self.lang, week=self.week.value)

    def _set_pause(self, reason: str) -> None:
        with self.desk.store.writing() as connection:
            at = (self._place(), self.year.value, self.week.value, self.kind.value)
            reservation.pause_week(connection, *at, reason, who=self.desk.login)

    def _keep(self) -> str:
        named = sorted({part.strip() for part in self.services.value.split(";") if part.strip()})
        with self.desk.store.writing() as connection:
            reservation.set_services(connection, self._place(), named, who=self.desk.login)
        return say("The services are noted.", self.lang)

    def _keep_home(self) -> str:
        one = self.homes.entered()
        with self.desk.store.writing() as connection:
            dwellings.keep(connection, self._place(), one, who=self.desk.login)
        return say("Dwelling {code} is on the list.", self.lang, code=one.code)

    def _drop_home(self) -> str:
        code = self.homes.code.value.strip()
        with self.desk.store.writing() as connection:
            dwellings.drop(connection, self._place(), code, who=self.desk.login)
        return say("Dwelling {code} is off the list.", self.lang, code=code)

    def _label(self) -> None:
        self.homes.label(self.lang)
        self.place.description, self.year.description = say("Municipality", self.lang), say("Year", self.lang)
        self.week.description, self.number.description = say("Week", self.lang), say("Places, persons", self.lang)
        self.kind.description, self.reason.description = say("For", self.lang), say("Reason", self.lang)
        self.services.description = say("Codes, a semicolon between", self.lang)
        self.save.description, self.keep.description = say("Save the week", self.lang), say("Save services", self.lang)
        self.pause.description, self.open.description = say("Pause the week", self.lang), say("Open it", self.lang)
        titles = (say("Places of a week", self.lang), say("Pause", self.lang), say("Services", self.lang))
        for title, words in zip((self.week_title, self.pause_title, self.service_title), titles, strict=True):
            title.value = notices.tag("p", words, "mw-legend")
        for field, options in ((self.kind, KINDS), (self.reason, {"": "–", **PAUSES})):
            kept = field.value
            field.options = [(say(words, self.lang), code) for code, words in options.items()]
            field.value = kept if kept in options else next(iter(options))


HEADS = (marked("Week"), marked("For"), marked("Places"), marked("Taken"), marked("Left"), marked("Paused because"))
