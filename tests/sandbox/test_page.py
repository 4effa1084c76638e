import base64
import http.client
import re
from urllib.parse import urlencode

import pytest

from course.sandbox.records import OUTBOUND, NewText
from course.sandbox.server import SandboxServer
from tests.sandbox.conftest import ACCOUNT, CLINIC, TOKEN, Lmtp, Webhook
from tests.sandbox.letters import ANA, lesson

PHONE = "+12025550143"


class Visitor:
    """A browser with a cookie jar of one, no JavaScript."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookie = ""
        self._token = ""
        self.status = 0
        self.headers: http.client.HTTPMessage = http.client.HTTPMessage()
        self.page = ""

    def get(self, path: str) -> "Visitor":
        return self._ask("GET", path, "")

    def post(self, path: str, **form: str) -> "Visitor":
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": self._token, **form}))

    def _ask(self, method: str, path: str, body: str) -> "Visitor":
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=5)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": self._cookie}
        connection.request(method, path.partition("#")[0], body, headers)
        answer = connection.getresponse()
        self.status, self.headers, self.page = answer.status, answer.headers, answer.read().decode("utf-8", "replace")
        connection.close()
        self._cookie = (answer.headers["Set-Cookie"] or self._cookie).strip().partition(";")[0]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        self._token = token.group(1) if token else self._token
        return self


def open_mailbox(page: str) -> str:
    found = re.search(r"<dt>To</dt>\s*<dd>\s*(\S+)", page)
    assert found is not None
    return found.group(1)


@pytest.fixture
def visitor(server: SandboxServer) -> Visitor:
    store = server.sandbox.store
    for address, number in ((ANA, PHONE), ("tom@example.com", "+12025550187")):
        store.add_mail("b@example.org", [address], "<one@example.org>", lesson().as_bytes(), "Q")
        store.add_text(NewText(f"SM{number}", number, CLINIC, "Lesson 1 <of> 8", OUTBOUND, "delivered"))
    return Visitor(server.sandbox.config.http_port)


def test_a_sandbox_with_nothing_in_it_says_so(server: SandboxServer) -> None:
    page = Visitor(server.sandbox.config.http_port).get("/").page
    assert "No mail has come yet" in page
    assert "No text has come yet" in page


def test_the_page_shows_the_newest_mail_and_the_conversation(visitor: Visitor) -> None:
    page = visitor.get("/").page
    assert visitor.status == 200
    assert "invented people, nothing leaves this machine" in page
    assert "Monday 23 November 2026, 10:00 UTC" in page
    assert "Lesson 1 of 8" in page
    assert '<a href="http://localhost:8000/lesson?a=1&amp;b=">' in page
    assert "They wrote" in page
    assert "Lesson 1 &lt;of&gt; 8" in page


def test_no_address_and_no_number_stands_in_a_link(visitor: Visitor) -> None:
    links = re.findall(r'href="(/[^"]*)"', visitor.get("/").page)
    assert any("box=2" in link for link in links)
    assert not [link for link in links if "@" in link or "%40" in link or "5550" in link]


def test_another_mailbox_and_another_phone_can_be_chosen(visitor: Visitor) -> None:
    page = visitor.get("/?box=2&phone=2").page
    assert open_mailbox(page) == "tom@example.com"
    assert "Texts of +1 202-555-0187" in page


@pytest.mark.parametrize(
    "query", ["box=99", "mail=99", "phone=x", "said=99", "mail=" + "9" * 40, "box=-1", "box=%C2%B2"]
)
def test_a_choice_that_is_not_there_shows_the_first(visitor: Visitor, query: str) -> None:
    assert open_mailbox(visitor.get(f"/?{query}").page) == ANA


def test_a_typed_reply_is_sent_once_and_the_answer_is_announced(visitor: Visitor, lmtp: Lmtp) -> None:
    visitor.get("/").post("/reply", box="1", mail="1", phone="2", words="When should I rest?")
    assert visitor.status == 303
    assert visitor.headers["Location"] == "/?box=1&mail=1&phone=2&said=1#said"
    page = visitor.get(visitor.headers["Location"]).page
    assert "The course took your email. It answered: 250 2.0.0 stored" in page
    assert "When should I rest?" in page
    assert "Texts of +1 202-555-0187" in page
    assert len(lmtp.got) == 1


def test_a_typed_text_is_sent_and_stands_in_the_conversation(visitor: Visitor, webhook: Webhook) -> None:
    visitor.get("/").post("/text", phone="1", words="My <foot> is cold", picture="yes")
    page = visitor.get(visitor.headers["Location"]).page
    assert "The course took your text. It answered: 200 OK" in page
    assert "My &lt;foot&gt; is cold" in page
    assert "With a picture." in page
    assert webhook.got[0][1]["Body"] == "My <foot> is cold"


@pytest.mark.parametrize(
    ("path", "field", "words", "fault"),
    [
        ("/reply", "reply", " ", "Write your reply first."),
        ("/text", "text", "", "Write your text first."),
        ("/text", "text", "x" * 1601, "Your text has 1,601 characters. Make it 1,600 or fewer."),
    ],
)
def test_a_form_with_a_fault_sends_nothing_and_says_why_at_the_field(
    visitor: Visitor, webhook: Webhook, path: str, field: str, words: str, fault: str
) -> None:
    page = visitor.get("/").post(path, mail="1", words=words).page
    assert visitor.status == 400
    assert f'<a href="#{field}-words">{fault}</a>' in page
    assert f'<p class="wrong" id="{field}-fault">{fault}</p>' in page
    assert f'aria-invalid="true" aria-describedby="{field}-fault"' in page
    assert page.count(words.strip() or fault) >= 1
    assert webhook.got == []


def test_a_form_without_its_token_is_refused(visitor: Visitor, webhook: Webhook) -> None:
    assert visitor.post("/text", phone="1", words="hello").status == 403
    assert webhook.got == []


@pytest.mark.parametrize("path", ["/reply", "/text"])
def test_sending_is_never_a_get(visitor: Visitor, path: str) -> None:
    assert visitor.get(path + "?mail=1&words=hello").status == 405


def test_mail_as_html_may_load_and_run_nothing_and_has_a_way_back(visitor: Visitor) -> None:
    page = visitor.get("/mail/1/html?box=1&phone=2").page
    assert "<h1>Walk a little</h1>" in page
    assert '<a href="/?box=1&amp;mail=1&amp;phone=2"' in page
    assert visitor.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline';")


def test_pages_bring_no_inline_code_and_their_own_policy(visitor: Visitor) -> None:
    page = visitor.get("/").page
    policy = visitor.headers["Content-Security-Policy"]
    assert "default-src 'none'; style-src 'self'; script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "style=" not in page
    for path, kind in (("/sandbox.css", "text/css"), ("/sandbox.js", "text/javascript")):
        assert visitor.get(path).status == 200
        assert visitor.headers["Content-Type"].startswith(kind)


def test_changes_is_a_plain_number(visitor: Visitor) -> None:
    assert visitor.get("/changes").page == "4"


def test_what_is_not_there_has_a_page_of_its_own(visitor: Visitor) -> None:
    assert "This page is not here" in visitor.get("/mail/99/html").page
    assert visitor.status == 404
    assert "This page is not here" in visitor.get("/console/").page


def test_a_picture_is_fetched_with_the_name_and_password_of_the_account(
    visitor: Visitor, server: SandboxServer, webhook: Webhook
) -> None:
    visitor.get("/").post("/text", phone="1", words="look", picture="yes")
    path = webhook.got[0][1]["MediaUrl0"].partition(f":{server.sandbox.config.http_port}")[2]
    assert visitor.get(path).status == 401
    connection = http.client.HTTPConnection("127.0.0.1", server.sandbox.config.http_port, timeout=5)
    password = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
    connection.request("GET", path, headers={"Authorization": f"Basic {password}"})
    answer = connection.getresponse()
    assert (answer.status, answer.read()[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    connection.close()
