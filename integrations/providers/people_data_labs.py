"""People Data Labs: whole profiles by a query in the words of its dataset; each that it returns costs a credit.

The words are the canonical values of https://docs.peopledatalabs.com/docs/fields. It cleans nothing that it is asked: a word of no meaning
finds nobody, and what it finds nobody for it does not charge.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from integrations.lead_contracts import Cost, Criteria, EmailStatus, FoundPerson, LeadQuery, LeadSource, PeoplePage, Seniority, Size
from integrations.vendor_replies import ask
from integrations.vendor_words import Translation, city_parts, country_code, country_name, domain, number, region_name, rows, text
from rocketsdr.lib.errors import Invalid

SLUG, LABEL = "people_data_labs", "People Data Labs"
SEARCH = "https://api.peopledatalabs.com/v5/person/search"
LICENCE = (
    "From People Data Labs, under this workspace's own agreement with it (https://www.peopledatalabs.com/terms). "
    "For its own outreach, not for resale."
)
LONGEST_CURSOR = 500
FIX = "Use the industries and the bounds of company size that People Data Labs knows, say the rest by titles, or leave it out."

Clause = dict[str, Any]

COUNTRIES = {  # as it writes them where it differs from other people
    "CI": "côte d\u2019ivoire",
    "GM": "the gambia",
    "PN": "pitcairn islands",
}
NO_COUNTRY = frozenset({"AQ"})
REGIONS_OF = frozenset({"US", "CA", "AU", "NZ", "IN", "IE", "ZA"})  # where ISO writes regions in English, as the dataset does

LEVELS = {  # ours, and the levels that they are
    "owner": ("owner",),
    "c_suite": ("cxo",),
    "partner": ("partner",),
    "vp": ("vp",),
    "director": ("director",),
    "manager": ("manager",),
    "senior": ("senior",),
    "entry": ("entry",),
    "intern": ("training",),
}
TITLED = {"founder": "*founder*", "head": "head of *"}  # no levels of their own: what their titles look like
SENIORITIES = {theirs: Seniority(ours) for ours, levels in LEVELS.items() for theirs in levels}
HIGHEST_FIRST = ("owner", "cxo", "partner", "vp", "director", "manager", "senior", "entry", "training")

ROLES = {  # ours, and the roles that mean the same
    "sales": ("sales", "sales_engineering"),
    "marketing": ("marketing",),
    "finance": ("finance",),
    "legal": ("legal",),
    "hr": ("human_resources",),
    "operations": ("operations",),
    "research": ("research",),
    "healthcare": ("health",),
    "education": ("education",),
    "public_sector": ("public_service",),
}
SUB_ROLES = {  # ours, and the parts of roles that mean the same
    "engineering": ("software", "web", "devops", "qa_engineering", "hardware", "electrical", "mechanical", "chemical", "industrial"),
    "product": ("product_management",),
    "design": ("product_design", "graphic_design", "marketing_design"),
    "data": ("data_analyst", "data_engineering", "data_science"),
    "it": ("information_technology", "network"),
    "security": ("security",),
    "customer_success": ("customer_success",),
    "support": ("customer_support",),
    "supply_chain": ("logistics", "procurement", "transport", "warehouse"),
    "media": ("content", "entertainment", "journalism"),
    "consulting": ("consulting",),
    "real_estate": ("architecture", "construction", "realtor"),
    "general_management": ("executive",),
}
NOT_OPERATIONS = "executive"  # it counts who leads a company among its operations; our word does not

SIZES = ((1, 10), (11, 50), (51, 200), (201, 500), (501, 1000), (1001, 5000), (5001, 10000), (10001, None))

_INDUSTRIES = """
    accounting; airlines/aviation; alternative dispute resolution; alternative medicine; animation; apparel & fashion;
    architecture & planning; arts and crafts; automotive; aviation & aerospace; banking; biotechnology; broadcast media;
    building materials; business supplies and equipment; capital markets; chemicals; civic & social organization; civil engineering;
    commercial real estate; computer & network security; computer games; computer hardware; computer networking; computer software;
    construction; consumer electronics; consumer goods; consumer services; cosmetics; dairy; defense & space; design; e-learning;
    education management; electrical/electronic manufacturing; entertainment; environmental services; events services;
    executive office; facilities services; farming; financial services; fine art; fishery; food & beverages; food production;
    fund-raising; furniture; gambling & casinos; glass, ceramics & concrete; government administration; government relations;
    graphic design; health, wellness and fitness; higher education; hospital & health care; hospitality; human resources;
    import and export; individual & family services; industrial automation; information services;
    information technology and services; insurance; international affairs; international trade and development; internet;
    investment banking; investment management; judiciary; law enforcement; law practice; legal services; legislative office;
    leisure, travel & tourism; libraries; logistics and supply chain; luxury goods & jewelry; machinery; management consulting;
    maritime; market research; marketing and advertising; mechanical or industrial engineering; media production; medical devices;
    medical practice; mental health care; military; mining & metals; motion pictures and film; museums and institutions; music;
    nanotechnology; newspapers; non-profit organization management; oil & energy; online media; outsourcing/offshoring;
    package/freight delivery; packaging and containers; paper & forest products; performing arts; pharmaceuticals; philanthropy;
    photography; plastics; political organization; primary/secondary education; printing; professional training & coaching;
    program development; public policy; public relations and communications; public safety; publishing; railroad manufacture;
    ranching; real estate; recreational facilities and services; religious institutions; renewables & environment; research;
    restaurants; retail; security and investigations; semiconductors; shipbuilding; sporting goods; sports; staffing and recruiting;
    supermarkets; telecommunications; textiles; think tanks; tobacco; translation and localization;
    transportation/trucking/railroad; utilities; venture capital & private equity; veterinary; warehousing; wholesale;
    wine and spirits; wireless; writing and editing
"""
INDUSTRIES = {word: (word,) for word in (" ".join(each.split()) for each in _INDUSTRIES.split(";"))}


class PeopleDataLabs:
    """The person search of People Data Labs."""

    slug = SLUG
    label = LABEL
    licence = LICENCE
    kept_for_days = 30
    pricing = "Each profile that is found costs one credit, its e-mail address included; counting alone finds one."

    def count_and_page(self, query: LeadQuery, *, key: str, page_size: int, cursor: str = "") -> PeoplePage:
        """Find some of the people who match, each for a credit."""
        if len(cursor) > LONGEST_CURSOR:
            raise Invalid("This is no cursor of People Data Labs.", field="cursor", fix="Start again without a cursor.")
        asked: dict[str, Any] = {"query": {"bool": _clauses(query)}, "size": page_size, "titlecase": True}
        answer = ask(LABEL, SEARCH, {**asked, "scroll_token": cursor} if cursor else asked, key=key, nothing_at=404)
        found = rows(answer, "data")
        people = tuple(_person(row) for row in found if text(row, "id"))
        return PeoplePage(people, number(answer, "total") or 0, next=text(answer, "scroll_token") if found else "", credits=len(found))

    def price(self, query: LeadQuery, number: int) -> Cost:
        """Say what so many profiles cost at most."""
        _clauses(query)
        return Cost(
            credits=number, per="profile", note="Fewer where fewer people match. Addresses are in the price, where your plan has them."
        )


SOURCE: LeadSource = PeopleDataLabs()


def _clauses(query: LeadQuery) -> dict[str, list[Clause]]:
    """Return the query in the words of the dataset, or refuse what it has none for."""
    said = Translation(LABEL)
    wanted = _each(said, query.wanted, "")
    excluded = _each(said, query.exclude, "exclude.")
    said.finish(FIX)
    return {"must": wanted, "must_not": excluded} if excluded else {"must": wanted}


def _each(said: Translation, criteria: Criteria, before: str) -> list[Clause]:
    """Return one clause for each kind of words that is given; the kinds have to match together, of each kind one word."""
    said.none_of(criteria, "technologies", before=before)
    titles = [title.strip().casefold() for title in criteria.titles]
    industries = said.by_table(f"{before}industries", [word.strip().casefold() for word in criteria.industries], INDUSTRIES)
    kinds = [
        [place for name, word in criteria.places if (place := _place(said, before, name, word))],
        _terms("job_title", titles),
        _seniorities(said, before, criteria.seniorities),
        _functions(said, before, criteria.functions),
        _terms("job_company_industry", industries),
        _terms("job_company_size", _sizes(said, before, criteria.company_size)),
    ]
    return [_any_of(kind) for kind in kinds if kind]


def _place(said: Translation, before: str, field: str, word: str) -> Clause | None:
    name, region, country = ("", "", word.upper()) if field == "countries" else _parts(field, word)
    theirs = "" if country in NO_COUNTRY else COUNTRIES.get(country) or country_name(country).casefold()
    if not theirs or (region and country not in REGIONS_OF):
        said.unknown(f"{before}{field}", word)
        return None
    inner = {"location_locality": name.casefold(), "location_region": region_name(region).casefold(), "location_country": theirs}
    return _all_of([{"term": {column: value}} for column, value in inner.items() if value])


def _parts(field: str, word: str) -> tuple[str, str, str]:
    """Return the city, the region and the country that a word names; no country where it names none that there is."""
    if field == "cities":
        return city_parts(word)
    return "", word.upper(), word.upper().partition("-")[0] if region_name(word) else ""


def _seniorities(said: Translation, before: str, words: tuple[str, ...]) -> list[Clause]:
    levels = said.by_table(f"{before}seniorities", [word for word in words if word not in TITLED], LEVELS)
    titled: list[Clause] = [{"wildcard": {"job_title": TITLED[word]}} for word in words if word in TITLED]
    return [*_terms("job_title_levels", levels), *titled]


def _functions(said: Translation, before: str, words: tuple[str, ...]) -> list[Clause]:
    roles = [role for word in words for role in ROLES.get(word, ()) if word != "operations"]
    parts = said.by_table(f"{before}functions", [word for word in words if word not in ROLES], SUB_ROLES)
    operations: Clause = {
        "bool": {"must": [{"term": {"job_title_role": "operations"}}], "must_not": [{"term": {"job_title_sub_role": NOT_OPERATIONS}}]}
    }
    return [*_terms("job_title_role", roles), *_terms("job_title_sub_role", parts), *([operations] if "operations" in words else [])]


def _sizes(said: Translation, before: str, size: Size | None) -> list[str]:
    """Return the bands between two bounds, which have to be bounds of bands: any other would find other companies too, or not all."""
    if size is None:
        return []
    low, high = size[0] or 1, size[1]
    inside = [band for band in SIZES if band[0] >= low and (high is None or (band[1] is not None and band[1] <= high))]
    if not inside or inside[0][0] != low or inside[-1][1] != high:
        said.none_of(Criteria(company_size=size), "company_size", before=before)
    return [f"{first}+" if last is None else f"{first}-{last}" for first, last in inside]


def _terms(column: str, words: list[str]) -> list[Clause]:
    return [{"terms": {column: words}}] if words else []


def _any_of(clauses: list[Clause]) -> Clause:
    return clauses[0] if len(clauses) == 1 else {"bool": {"should": clauses}}


def _all_of(clauses: list[Clause]) -> Clause:
    return clauses[0] if len(clauses) == 1 else {"bool": {"must": clauses}}


def _person(row: Mapping[str, Any]) -> FoundPerson:
    email, status = _email(row)
    return FoundPerson(
        provider=SLUG,
        external_id=text(row, "id"),
        licence=LICENCE,
        full_name=text(row, "full_name"),
        first_name=text(row, "first_name"),
        last_name=text(row, "last_name"),
        title=text(row, "job_title"),
        seniority=_seniority(row),
        email=email,
        email_status=status,
        company=text(row, "job_company_name"),
        company_domain=domain(text(row, "job_company_website")),
        company_size=_band(text(row, "job_company_size")),
        industry=text(row, "job_company_industry").casefold(),
        city=text(row, "location_locality"),
        region=text(row, "location_region"),
        country=_country(text(row, "location_country")),
        linkedin_url=_linkedin(text(row, "linkedin_url")),
    )


def _seniority(row: Mapping[str, Any]) -> Seniority:
    """Return the highest level that is said; who has founded the company is an owner to them."""
    said = row.get("job_title_levels")
    levels = [str(level).casefold() for level in said] if isinstance(said, list) else []
    highest = next((level for level in HIGHEST_FIRST if level in levels), "")
    if highest == "owner" and "founder" in text(row, "job_title").casefold():
        return Seniority.FOUNDER
    return SENIORITIES.get(highest, Seniority.UNKNOWN)


def _email(row: Mapping[str, Any]) -> tuple[str | None, EmailStatus]:
    """Return the address at work; without a plan that has them, the dataset says `true` in its place."""
    email = text(row, "work_email").casefold()
    if "@" in email:
        return email, EmailStatus.UNVERIFIED
    return None, EmailStatus.LOCKED if row.get("work_email") is True else EmailStatus.UNAVAILABLE


def _band(word: str) -> Size | None:
    return next(((low, high) for low, high in SIZES if word == (f"{low}+" if high is None else f"{low}-{high}")), None)


def _country(name: str) -> str:
    return next((code for code, theirs in COUNTRIES.items() if theirs == name.casefold()), None) or country_code(name)


def _linkedin(address: str) -> str:
    return f"https://www.{address}" if address.startswith("linkedin.com/") else address
