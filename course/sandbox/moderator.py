"""The sample moderator, working in the console over HTTP as a person with a browser would."""

import html
import re

import requests

_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_REPLY = re.compile(r'href="/console/replies/(\d+)/"')
_REVISION = re.compile(r'name="revision" value="(\d+)"')
_WORDING = re.compile(r'<textarea[^>]*name="wording"[^>]*>(.*?)</textarea>', re.DOTALL)
_SECONDS = 15

_PUBLIC_ANSWER = (
    "Ask your physiotherapist which walk suits you. Start with a short, flat one, and rest when you need to."
)
_PRIVATE_ANSWER = "Thank you for writing. Please tell your own doctor about this, too."


class ConsoleError(Exception):
    """A page of the console did not do what it should."""


class Moderator:
    """Signs in with a one-time link, then works each held reply once: one is published, the others answered."""

    def __init__(self, public_url: str, sign_in_path: str, publish: str) -> None:
        self._url = public_url
        self._publish = publish  # words by which to know the reply that shall be published
        self._browser = requests.Session()
        self._done: set[str] = set()
        self._post(sign_in_path, self._get(sign_in_path), {})

    def act(self) -> bool:
        """Work on one held reply; return whether there was one."""
        held = [post for post in _REPLY.findall(self._get("/console/replies/")) if post not in self._done]
        if not held:
            return False
        self._done.add(held[0])
        self._work(f"/console/replies/{held[0]}/")
        return True

    def _work(self, path: str) -> None:
        page = self._get(path)
        if 'value="acknowledge"' in page:
            self._act(path, page, "acknowledge", {})
            page = self._get(path)
        found = _WORDING.search(page)
        wording = html.unescape(found.group(1)).strip() if found else ""
        if self._publish in wording:
            words = {"wording": wording.partition("?")[0] + "?", "answer": _PUBLIC_ANSWER, "why": "Only the question."}
            self._act(path, page, "ask", words)
        else:
            self._act(path, page, "answer", {"words": _PRIVATE_ANSWER})

    def _act(self, path: str, page: str, act: str, words: dict[str, str]) -> None:
        revision = _REVISION.search(page)
        self._post(path, page, {"act": act, "revision": revision.group(1) if revision else ""} | words)

    def _get(self, path: str) -> str:
        answer = self._browser.get(self._url + path, timeout=_SECONDS)
        if answer.status_code != requests.codes.ok:
            raise ConsoleError(f"The console answered {answer.status_code}.")
        return answer.text

    def _post(self, path: str, page: str, fields: dict[str, str]) -> None:
        token = _TOKEN.search(page)
        answer = self._browser.post(
            self._url + path,
            data={"csrfmiddlewaretoken": token.group(1) if token else ""} | fields,
            headers={"Referer": self._url + path},
            timeout=_SECONDS,
        )
        if answer.status_code != requests.codes.ok:
            raise ConsoleError(f"The console answered {answer.status_code} to {fields.get('act', 'sign-in')}.")
