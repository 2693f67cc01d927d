"""A browser, a citizen and a clerk for every test."""

import os
import pathlib

import pytest
from playwright.sync_api import Error, sync_playwright

from people import Citizen, Clerk, Deployment

PHONE = {"width": 390, "height": 844}
COMPUTER = {"width": 1280, "height": 900}


@pytest.fixture(scope="session")
def served():
    """The pages that the sites have served in this run, as they were sent: their sources, with an address of each."""
    return {}


@pytest.fixture(scope="session")
def deployment():
    return Deployment(
        folder=pathlib.Path(os.environ["GUANDU_DEMO_DIR"]),
        portal=os.environ["GUANDU_PORTAL_URL"].rstrip("/"),
        desk=os.environ["GUANDU_DESK_URL"].rstrip("/"),
        screenshots=pathlib.Path(os.environ["GUANDU_SCREENSHOTS"]),
    )


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox"] if os.geteuid() == 0 else [],
        )
        yield browser
        browser.close()


@pytest.fixture
def contexts(browser, served):
    """Makes browser contexts and closes them after the test."""
    opened = []

    def note(request):
        if request.resource_type != "document":
            return
        try:
            response = request.response()
            if response and response.headers.get("content-type", "").startswith("text/html"):
                served.setdefault(response.text(), request.url)
        except Error:
            # The browser has thrown the source away: the page led on at once, or was closed.
            pass

    def make(viewport=COMPUTER, locale="zh-CN", **more):
        context = browser.new_context(
            ignore_https_errors=True, viewport=viewport, locale=locale, **more
        )
        context.set_default_timeout(15_000)
        context.on("requestfinished", note)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


@pytest.fixture
def citizen(contexts, deployment):
    return Citizen(contexts().new_page(), deployment)


@pytest.fixture
def phone_citizen(contexts, deployment):
    return Citizen(contexts(PHONE, is_mobile=True, has_touch=True).new_page(), deployment, "phone-")


@pytest.fixture
def clerk(contexts, deployment):
    certificate = deployment.clerk_certificate()
    return Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)


@pytest.fixture
def administrator(contexts, deployment):
    certificate = deployment.person_certificate("administrator")
    return Clerk(contexts(client_certificates=[certificate]).new_page(), deployment)
