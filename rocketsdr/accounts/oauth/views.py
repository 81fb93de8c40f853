"""The doors of the authorization server: a page on which a person decides, and two addresses for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from oauth2_provider.exceptions import OAuthToolkitError
from oauth2_provider.models import Grant
from oauth2_provider.oauth2_backends import _add_iss_to_redirect
from oauth2_provider.views import AuthorizationView, RevokeTokenView, TokenView
from oauth2_provider.views.mixins import OAuthLibMixin
from oauthlib.oauth2.rfc6749.errors import InvalidGrantError, InvalidRequestError, OAuth2Error, UnsupportedGrantTypeError
from oauthlib.openid.connect.core.exceptions import ConsentRequired

from rocketsdr.accounts.http import current_workspace
from rocketsdr.accounts.models import OAuthApplication
from rocketsdr.accounts.oauth import consent
from rocketsdr.accounts.oauth.headers import opens_in_a_popup, without_form_action
from rocketsdr.accounts.oauth.limits import revocation_limits, token_limits
from rocketsdr.lib.errors import DomainError

FORM = "application/x-www-form-urlencoded"
GRANT_TYPES = ("authorization_code", "refresh_token")
NO_WORKSPACE = "You are a member of no workspace, so there is nothing to connect to. Ask an owner to add you."
NOT_THEIR_CLIENT = "This program belongs to a workspace that you are no member of. Ask its owner to add you, or use another account."

View = Callable[..., HttpResponseBase]


@method_decorator([opens_in_a_popup, without_form_action], name="dispatch")
class Authorize(AuthorizationView):  # type: ignore[misc]  # the library ships no types
    """Ask the signed-in person, every time. The request stands in the address and is checked anew when the answer comes."""

    http_method_names = ["get", "head", "post"]

    def handle_no_permission(self) -> HttpResponse:
        """Send a stranger to the sign-in page, but with a request that is good."""
        try:
            self.validate_authorization_request(self.request)
        except OAuthToolkitError as error:
            return self.error_response(error, None)
        response: HttpResponse = super().handle_no_permission()
        return response

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show what the client asks for."""
        try:
            scopes, facts = self.validate_authorization_request(request)
        except OAuthToolkitError as error:
            return self.error_response(error, None)
        prompt = request.GET.get("prompt", "").split()
        if "none" in prompt:
            return self._refused(ConsentRequired(state=facts.get("state")), facts)
        if "login" in prompt and (page := self._confirmation(prompt)):
            return redirect(page)
        return self._page(request, scopes, facts)

    def _confirmation(self, prompt: list[str]) -> str:
        """Return where the signed-in person says once more that it is they, and comes back from without being asked again."""
        methods = get_adapter(self.request).get_reauthentication_methods(self.request.user)
        query = self.request.GET.copy()
        query["prompt"] = " ".join(word for word in prompt if word != "login")
        here = f"{self.request.path}?{query.urlencode()}"
        return f"{methods[0]['url']}?{urlencode({'next': here})}" if methods else ""

    def _page(self, request: HttpRequest, scopes: list[str], facts: dict[str, Any]) -> HttpResponse:
        client = OAuthApplication.objects.select_related("workspace", "made_by").get(client_id=facts["client_id"])
        page = consent.page(user=request.user, client=client, redirect_uri=facts["redirect_uri"], scopes=scopes)  # type: ignore[arg-type]  # signed in
        if not page.choices:
            raise PermissionDenied(NOT_THEIR_CLIENT if client.workspace_id else NO_WORKSPACE)
        return render(request, "oauth/consent.html", {"page": page, "here": request.get_full_path(), "chosen": _chosen(request, page)})

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Lead the person back to the client, with a code or with their refusal."""
        try:
            scopes, facts = self.validate_authorization_request(request)
            facts["workspace_id"] = _workspace_id(request)
            allow = request.POST.get("decision") == "allow"
            address, *_ = self.create_authorization_response(request, " ".join(scopes), facts, allow)
        except OAuthToolkitError as error:
            return self.error_response(error, None)
        return self.redirect(address, None)

    def _refused(self, error: OAuth2Error, facts: dict[str, Any]) -> HttpResponse:
        return self.error_response(OAuthToolkitError(error=error, redirect_uri=facts["redirect_uri"]), None)

    def error_response(self, error: OAuthToolkitError, application: Any, **kwargs: Any) -> HttpResponse:
        """Tell the client; where it is unknown, or may not have the person led there, tell the person, and always the same."""
        leads_back, told = OAuthLibMixin.error_response(self, error, **kwargs)
        if leads_back:
            return self.redirect(told["url"], application)
        return render(self.request, "oauth/refused.html", status=400)

    def redirect(self, redirect_to: str, application: Any) -> HttpResponse:
        """Say on every answer, good or bad, who gives it (RFC 9207)."""
        response: HttpResponse = super().redirect(_add_iss_to_redirect(redirect_to, settings.PUBLIC_URL), application)
        return response


def _chosen(request: HttpRequest, page: consent.Page) -> int:
    """Return the workspace that the page proposes: the one that the person works in."""
    current = current_workspace(request)
    return current.id if current else page.choices[0].workspace_id


def _workspace_id(request: HttpRequest) -> int:
    text = request.POST.get("workspace", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


# --- For programs ----------------------------------------------------------------------------------------------------------------


def as_json(view: View) -> View:
    """Answer what a program did wrong in its own words, as JSON that nobody keeps."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response = view(request, *args, **kwargs)
        except OAuth2Error as error:
            response = HttpResponse(error.json, status=error.status_code, headers=error.headers)
        except DomainError as error:
            response = _unavailable(error)
        response["Content-Type"] = "application/json"
        response["Cache-Control"] = "no-store"
        return response

    return answer


def _unavailable(error: DomainError) -> HttpResponse:
    said = {"error": "temporarily_unavailable", "error_description": f"{error.message} {error.fix}".strip()}
    response = HttpResponse(json.dumps(said), status=error.http_status)
    if "retry_after_s" in error.context:
        response["Retry-After"] = str(error.context["retry_after_s"])
    return response


def only_forms(view: View) -> View:
    """Refuse whatever is no good form, before anybody is asked who sends it."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST":
            _check_form(request)
        return view(request, *args, **kwargs)

    return checked


def _check_form(request: HttpRequest) -> None:
    """Refuse what is no form, what stands in the address, what is said twice, and what no text of ours can hold."""
    if request.content_type != FORM:
        raise InvalidRequestError(description=f"Send a form: Content-Type {FORM}.")
    if request.GET:
        raise InvalidRequestError(description="Parameters belong in the body, never in the address.")
    if repeated := [name for name, values in request.POST.lists() if len(values) > 1 and name != "resource"]:
        raise InvalidRequestError(description=f"Duplicate {repeated[0][:40]} parameter.".encode("ascii", "replace").decode())
    if any("\0" in value for _, values in request.POST.lists() for value in values):
        raise InvalidRequestError(description="A parameter contains a zero byte.")


@method_decorator([csrf_exempt, as_json, only_forms, token_limits], name="dispatch")
class Token(TokenView):  # type: ignore[misc]  # the library ships no types
    """Exchange a code, or a refresh token, for tokens."""

    http_method_names = ["post"]

    @method_decorator(sensitive_post_parameters())
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer in the library's words; a code that another exchange has used up meanwhile is no fault of ours."""
        if request.POST.get("grant_type") not in GRANT_TYPES:
            raise UnsupportedGrantTypeError
        try:
            _, headers, body, status = self.create_token_response(request)
        except Grant.DoesNotExist:
            raise InvalidGrantError from None
        return HttpResponse(body, status=status, headers=headers)


@method_decorator([csrf_exempt, as_json, only_forms, revocation_limits], name="dispatch")
class Revoke(RevokeTokenView):  # type: ignore[misc]  # the library ships no types
    """Take a token back."""

    http_method_names = ["post"]

    @method_decorator(sensitive_post_parameters())
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """End the client's own token; what is none of its own is answered the same."""
        _, headers, body, status = self.create_revocation_response(request)
        return HttpResponse(body or "{}", status=status, headers=headers)
