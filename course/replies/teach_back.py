"""A bare A, B or C in; the answer kept, and kind words asked for, out.

By email the question is that of the lesson whose address was written to; by text that of the lesson that was sent last
before the answer came. So an answer that is late, or comes while another question is open, is never lost: no other
question of ours is answered by a letter. The first answer is the one that is counted, since it shows whether the
lesson was clear; each answer is thanked for.
"""

import re
from datetime import datetime

from course.delivery import eligibility, teach_back
from course.delivery.models import Message
from course.people import prompts
from course.people.words import Channel
from course.replies import answers
from course.replies.attribution import Who
from course.replies.models import QuizAnswer, Reply
from course.replies.words import Tier

_LETTER = re.compile(
    r"^\W*(?:(?:(?:my|the|la|mi) )?(?:answer|respuesta|option|opci[oó]n)(?: is| es)?\W*"
    r"|it is |it's |i think |creo que )?"
    r"([abc])\W*$",
    re.IGNORECASE,
)
_POLITE = re.compile(r"\W+(?:please|thanks|thank you|gracias|por favor)\W*$", re.IGNORECASE)


def letter_of(text: str, name: str = "") -> str:
    """Return A, B or C when a message says nothing else but "please", "thank you" and the writer's own name."""
    bare = text.replace("\u2019", "'").strip()
    if len(name) > 1:
        bare = re.sub(rf"(?<=\W){re.escape(name)}\W*$", "", bare, flags=re.IGNORECASE).strip()
    found = _LETTER.match(_POLITE.sub("", bare))
    return found[1].upper() if found else ""


def answer(reply: Reply, who: Who, text: str, now: datetime) -> bool:
    """Keep a bare answer to a lesson's question; False when it is none. Course time.

    Nothing is sent back when the same message holds tier A or B (the feedback waits), nor to somebody who has stopped.
    """
    person = who.subscriber
    letter = letter_of(text, person.greeting_name) if person else ""
    if person is None or who.contact is None or not letter or who.disagrees or reply.attachments:
        return False
    message = _asked(reply, who)
    known = teach_back.question_of(message) if message else None
    if message is None or known is None:
        return False
    lesson, question = known
    QuizAnswer.objects.get_or_create(
        subscriber=person, lesson=lesson, question=question.mark, defaults={"key": letter, "at": reply.received_at}
    )
    prompt = prompts.open_for(who.contact)
    if prompt and prompt.kind == prompts.QUIZ and prompt.subject_key == teach_back.subject(message):
        prompts.close(prompt, letter, now)
    if Tier(reply.tier) not in (Tier.A, Tier.B) and eligibility.consents(person, Channel(reply.channel)):
        answers.feedback(who, reply, question.answer(letter), now)
    return True


def _asked(reply: Reply, who: Who) -> Message | None:
    """Return the lesson whose question this answers. A letter written to a notice of ours is about the last lesson."""
    if reply.channel == Channel.EMAIL and who.message and teach_back.question_of(who.message):
        return who.message
    return teach_back.last_lesson(who.contact, reply.received_at) if who.contact else None
