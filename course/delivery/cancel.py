"""A subject that is over in; its notices that have not gone out, called off."""

from django.db import transaction
from django.db.models import F

from course.delivery.models import Message
from course.delivery.states import move
from course.delivery.words import Reason, State
from course.people.models import NoticeRequest


@transaction.atomic
def notices_of(subject_prefix: str) -> int:
    """Call off every notice whose subject key begins with ``subject_prefix`` ("post:7."); return how many.

    A request not planned yet is planned as nothing; a message not handed over yet is cancelled.
    """
    requests = NoticeRequest.objects.filter(subject_key__startswith=subject_prefix)
    unplanned = requests.filter(planned_at__isnull=True).update(planned_at=F("not_before"), reason=Reason.CALLED_OFF)
    unsent = move(Message.objects.filter(request__in=requests), State.CANCELLED, reason=Reason.CALLED_OFF)
    return unplanned + unsent
