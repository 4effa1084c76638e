"""Lines of a mail in; where a quotation or a signature begins out: the marks that mail programs leave."""

import re
from collections.abc import Sequence

_WROTE = "wrote|escribió|escribio|a écrit|schrieb|ha scritto|schreef|escreveu|skrev"
_ATTRIBUTION_LINES = 4
_LONGEST_ATTRIBUTION = 600
_BEGINS = re.compile(r"^[-\s*]*(On|El|Le|Am|Il|Op|Em|Den)\b", re.IGNORECASE)
_DATED = re.compile(rf"^[-\s*]*(On|El|Le|Am|Il|Op|Em|Den)\b.{{0,400}}\d.{{0,400}}\b({_WROTE})\b\s*[:-][-\s]*$", re.I)
_NAMED = re.compile(rf"^.{{0,200}}<[^<>\s]+@[^<>\s]+>.{{0,60}}\b({_WROTE})\s*:\s*$", re.IGNORECASE)

_FROM = re.compile(r"^\s*\*?(From|De|Von|Da|Van)\s?:\*?\s", re.IGNORECASE)
_HEADER = re.compile(
    r"^\s*\*?(Sent|Date|To|Subject|Cc|Reply-To|Enviado|Enviado el|Fecha|Para|Asunto|Gesendet|Datum|An|Betreff|Envoyé"
    r"|À|Objet)\s?:\*?(\s|$)",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^\s*-{2,}\s*(Original Message|Original message|Mensaje original|Forwarded message|Message d'origine"
    r"|Ursprüngliche Nachricht)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*[_=-]{8,}\s*$")
_DELIMITER = re.compile(r"^--\s?$")
_PROGRAMS = "mail|outlook|yahoo|aol|proton|samsung|gmail|iphone|ipad|android|galaxy|windows|hotmail|thunderbird"
_SENT_FROM = re.compile(
    rf"^\s*[\[(<]?(?:Sent (?:from|via|with|using) (?:my [\w'. -]{{1,30}}"
    rf"|(?:the )?(?:all.new )?(?:{_PROGRAMS})\b.{{0,40}})"
    r"|Get (?:Outlook|BlueMail) for.{0,20}|Enviado (?:desde|con) (?:mi|el) .{1,30}|Obtener Outlook.{0,30}"
    r"|Yahoo Mail: .{0,60})[\])>.]?\s*$",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 10


def is_quoted(line: str) -> bool:
    """Return whether a mail program marked this line as quoted."""
    return line.lstrip().startswith(">")


def attribution_end(lines: Sequence[str], start: int) -> int:
    """Return the line after "On … wrote:" when it begins at ``start``, wrapped over up to four lines; else 0."""
    joined = ""
    for count, line in enumerate(lines[start : start + _ATTRIBUTION_LINES], start=1):
        if is_quoted(line) or not line.strip():
            break
        joined = f"{joined} {line.strip()}".strip()
        if len(joined) > _LONGEST_ATTRIBUTION or (count == 1 and not (_BEGINS.match(joined) or "<" in joined)):
            break
        if _DATED.match(joined) or _NAMED.match(joined):
            return start + count
    return 0


def begins_original(lines: Sequence[str], start: int) -> bool:
    """Return whether a block of From, Sent, To and Subject, or the rule above one, begins here."""
    line = lines[start]
    if _ORIGINAL.match(line):
        return True
    if _RULE.match(line):
        following = [each for each in lines[start + 1 : start + 4] if each.strip()]
        return bool(following and _FROM.match(following[0]))
    if not _FROM.match(line):
        return False
    block = [each for each in lines[start + 1 : start + 10] if each.strip()][:6]
    return sum(bool(_HEADER.match(each)) for each in block) >= 2


def signature_start(lines: Sequence[str]) -> int:
    """Return the number of lines before the signature at the end: "-- " (RFC 3676), "Sent from my …"."""
    end = _without_blank(lines, len(lines))
    while end and _SENT_FROM.match(lines[end - 1]):
        end = _without_blank(lines, end - 1)
    for number in range(max(0, end - _LONGEST_SIGNATURE), end):
        if _DELIMITER.match(lines[number]):
            return _without_blank(lines, number)
    return end


def _without_blank(lines: Sequence[str], end: int) -> int:
    while end and not lines[end - 1].strip():
        end -= 1
    return end
