"""People whom nobody has written to yet: directories that an operator loads for all workspaces, or that a workspace owns.

Everything that targeting asks for is a small number in the row (see rules.targeting), so that one index answers how many there are.
0 is unknown: an include never finds it, an exclude never leaves it out.
"""

from __future__ import annotations

import secrets

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import ExpressionWrapper, GeneratedField, Q
from django.db.models.functions import Lower

from campaigns.models.lead import Domain
from rocketsdr.accounts.models import Workspace

SHUFFLES = 2**31  # `shuffle` is below this


_FACETS = ["directory", "country", "region", "city", "seniority", "function", "size_band", "industry", "has_email"]


def shuffled() -> int:
    """Return where a new person stands in the order from which samples are drawn."""
    return secrets.randbelow(SHUFFLES)


class LawfulBasis(models.TextChoices):
    """Why the law lets a person's data be kept (GDPR, article 6)."""

    UNKNOWN = "unknown"
    CONSENT = "consent"
    CONTRACT = "contract"
    LEGITIMATE_INTEREST = "legitimate_interest"
    PUBLIC_DATA = "public_data"


class TextHash(models.Func):
    """A text of any length as eight bytes, of the kind that hash partitioning relies on: it is the same on every server."""

    function = "hashtextextended"
    template = "%(function)s(%(expressions)s, 0)"


class DirectoryQuerySet(models.QuerySet["Directory"]):
    def visible_to(self, workspace_id: int) -> DirectoryQuerySet:
        """Return the shared directories and those that the workspace owns."""
        return self.filter(Q(workspace_id=workspace_id) | Q(workspace_id=None))


class Directory(models.Model):
    """A set of people under one name: shared by all workspaces, or of the one that owns it."""

    workspace = models.ForeignKey(
        Workspace, null=True, blank=True, on_delete=models.CASCADE, related_name="directories", help_text="Empty: shared by all workspaces."
    )
    name = models.CharField(max_length=100)
    created_at = models.DateTimeField()

    objects = DirectoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "directories"
        constraints = [models.UniqueConstraint(fields=["workspace", "name"], nulls_distinct=False, name="one_directory_per_name")]

    def __str__(self) -> str:
        return self.name


class DirectoryLoad(models.Model):
    """One file on its way into a directory; a load that was broken off goes on behind the last row that is stored."""

    directory = models.ForeignKey(Directory, on_delete=models.CASCADE, related_name="loads")
    filename = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    rows_done = models.PositiveBigIntegerField(default=0)
    added = models.PositiveBigIntegerField(default=0)
    updated = models.PositiveBigIntegerField(default=0)
    unchanged = models.PositiveBigIntegerField(default=0, help_text="Said what was stored already, or said it twice.")
    refused = models.PositiveBigIntegerField(default=0)
    unknown = models.JSONField(
        default=dict, blank=True, help_text="The words that no table of targeting knows, by facet, with their number."
    )
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["directory", "digest"], name="one_load_per_file"),
            models.CheckConstraint(
                condition=Q(rows_done=models.F("added") + models.F("updated") + models.F("unchanged") + models.F("refused")),
                name="load_counts_add_up",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename} into {self.directory}"


class Technology(models.Model):
    """A product that companies use; `name_key` is its name as targeting reads it."""

    name = models.CharField(max_length=100)
    name_key = models.CharField(max_length=100, unique=True)

    class Meta:
        verbose_name_plural = "technologies"

    def __str__(self) -> str:
        return self.name


class Company(models.Model):
    """A company of a directory. `key` is its domain, or its name where no domain is known."""

    directory = models.ForeignKey(Directory, on_delete=models.CASCADE, related_name="companies")
    key = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    domain = models.CharField(max_length=254, blank=True)
    industry = models.IntegerField(default=0, help_text="NAICS 2022.")
    size_band = models.SmallIntegerField(default=0)
    technologies = ArrayField(models.IntegerField(), default=list, blank=True)

    class Meta:
        verbose_name_plural = "companies"
        constraints = [models.UniqueConstraint(fields=["directory", "key"], name="one_company_per_key")]

    def __str__(self) -> str:
        return self.name or self.key


class Person(models.Model):
    """Somebody a workspace might write to, with what targeting asks for. The facets of the company stand here too: one index has all."""

    directory = models.ForeignKey(Directory, on_delete=models.CASCADE, related_name="people", db_index=False)
    key = models.UUIDField(help_text="Names the person within the directory: from the file's id, else the address, else the profile.")
    company = models.ForeignKey(Company, null=True, on_delete=models.SET_NULL, related_name="people")
    email = models.EmailField(max_length=254, blank=True)
    full_name = models.CharField(max_length=200, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=200, blank=True)
    linkedin_url = models.CharField(max_length=500, blank=True)
    location = models.CharField(max_length=300, blank=True, help_text="As people read it.")
    country = models.SmallIntegerField(default=0, help_text="ISO 3166-1.")
    region = models.IntegerField(default=0)
    city = models.IntegerField(default=0, help_text="GeoNames.")
    seniority = models.SmallIntegerField(default=0)
    function = models.SmallIntegerField(default=0)
    size_band = models.SmallIntegerField(default=0)
    industry = models.IntegerField(default=0, help_text="NAICS 2022.")
    technologies = ArrayField(models.IntegerField(), default=list, blank=True)
    title_words = SearchVectorField(null=True, help_text="The words of the title, as rules.targeting.titles writes them.")
    source = models.CharField(max_length=100, blank=True, help_text="Where the row comes from.")
    lawful_basis = models.CharField(max_length=20, choices=LawfulBasis, default=LawfulBasis.UNKNOWN)
    shuffle = models.IntegerField(default=shuffled, help_text="A random number that stays: samples are drawn in its order.")
    updated_at = models.DateTimeField()
    has_email = GeneratedField(
        expression=ExpressionWrapper(~Q(email=""), output_field=models.BooleanField()),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    email_hash = GeneratedField(expression=TextHash(Lower("email")), output_field=models.BigIntegerField(), db_persist=True)
    domain_hash = GeneratedField(expression=TextHash(Domain("email")), output_field=models.BigIntegerField(), db_persist=True)

    class Meta:
        verbose_name_plural = "people"
        constraints = [
            models.UniqueConstraint(fields=["directory", "key"], name="one_person_per_key"),
            models.CheckConstraint(condition=Q(lawful_basis__in=LawfulBasis.values), name="person_lawful_basis_is_known"),
            models.CheckConstraint(condition=Q(shuffle__gte=0), name="person_shuffle_is_not_negative"),
        ]
        indexes = [
            # Counts and small samples never touch the table: what is asked for, drawn by and barred by stands in the index.
            models.Index(
                fields=["directory", "country", "seniority", "function", "size_band", "industry", "shuffle"],
                include=["region", "city", "has_email", "email_hash", "domain_hash", "id"],
                name="person_by_facets",
            ),
            # The same without what is different in every row: a fifth as large, it counts large audiences.
            models.Index(
                fields=["directory", "country", "seniority", "function", "size_band", "industry", "has_email"], name="person_count"
            ),
            # Who of those that are barred is in an audience, likewise from the index alone.
            models.Index(fields=["email_hash"], include=_FACETS, name="person_by_email"),
            models.Index(fields=["domain_hash"], include=[*_FACETS, "email_hash"], name="person_by_domain"),
            GinIndex(fields=["technologies"], name="person_by_technology"),
            GinIndex(fields=["title_words"], name="person_by_title"),
            models.Index(fields=["shuffle", "id"], name="person_by_shuffle"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.title or str(self.key)
