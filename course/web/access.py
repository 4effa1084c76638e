"""Who may see what: a request or a token in, the object or a refusal out. Pages load objects only through here."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from course.delivery import by_hand
from course.delivery.models import Message
from course.discussion import posts
from course.discussion.models import Decision, Post
from course.discussion.words import PostState
from course.people.models import Cohort, Contact, Staff, Subscriber
from course.people.words import ConsentKind, Role
from course.web.frame import personal

P = ParamSpec("P")
StaffView = Callable[Concatenate[HttpRequest, Staff, P], HttpResponse]

EVERYONE = frozenset(Role)
MODERATORS = frozenset({Role.MODERATOR, Role.ADMINISTRATOR})
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})
COORDINATORS = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
HOLDERS = MODERATORS | COORDINATORS


def for_staff(
    roles: frozenset[Role] = EVERYONE,
) -> Callable[[StaffView[P]], Callable[Concatenate[HttpRequest, P], HttpResponse]]:
    """Let these roles in and give the page the member of staff; others get 403, visitors the sign-in page."""

    def guard(view: StaffView[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @personal
        @wraps(view)
        def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            staff = request.user
            if not isinstance(staff, Staff):
                return HttpResponseRedirect(reverse("console-sign-in"))
            if staff.role not in roles:
                raise PermissionDenied
            return view(request, staff, *args, **kwargs)

        return page

    return guard


def access_posts(staff: Staff) -> QuerySet[Post]:
    """Return the posts this member of staff may work on."""
    if staff.role not in MODERATORS:
        raise PermissionDenied
    return Post.objects.select_related("reply", "subscriber")


def access_queue(staff: Staff, state: str) -> QuerySet[Post]:
    """Return the posts in one state, urgent first, then the oldest."""
    if staff.role not in MODERATORS:
        raise PermissionDenied
    return posts.queue({"state": state})


def access_post(staff: Staff, post_id: int) -> Post:
    """Return one post with its reply and its decisions. Raises Http404."""
    decisions = Prefetch("decisions", Decision.objects.select_related("staff").order_by("at", "pk"))
    # Redaction looks for the person's own contacts, to take them out.
    post = access_posts(staff).prefetch_related(decisions, "subscriber__contacts").filter(pk=post_id).first()
    if post is None:
        raise Http404
    return post


def access_cohorts(staff: Staff) -> QuerySet[Cohort]:
    """Return a coordinator's own cohorts; an administrator's are all."""
    if staff.role not in COORDINATORS:
        raise PermissionDenied
    cohorts = Cohort.objects.select_related("coordinator")
    return cohorts if staff.role == Role.ADMINISTRATOR else cohorts.filter(coordinator=staff)


def access_contacts(staff: Staff) -> QuerySet[Contact]:
    """Return the addresses of the people in a coordinator's own cohorts; an administrator's are all patients'."""
    contacts = Contact.objects.filter(subscriber__isnull=False).select_related("subscriber")
    if staff.role == Role.ADMINISTRATOR:
        return contacts
    people = Subscriber.objects.filter(enrolments__cohort__in=access_cohorts(staff))
    return contacts.filter(subscriber__in=people)


def access_unsure(staff: Staff) -> QuerySet[Message]:
    """Return the messages of which nobody can say whether they went: a coordinator's own people's, or all."""
    rows = by_hand.unsure().filter(_messages_of(staff)).defer("words", "request__words", "version__files")
    return rows.select_related("contact__subscriber", "enrolment__subscriber", "request", "version")


def may_see_message(staff: Staff, message_id: int) -> bool:
    """Return whether a message is there and is one of their own people's."""
    return Message.objects.filter(_messages_of(staff), pk=message_id).exists()


def _messages_of(staff: Staff) -> Q:
    cohorts = access_cohorts(staff)
    if staff.role == Role.ADMINISTRATOR:
        return Q()
    return Q(enrolment__cohort__in=cohorts) | Q(enrolment__isnull=True, contact__in=access_contacts(staff))


def may_have_alerts(staff: Staff) -> bool:
    """Return whether this member of staff may say "I have it": whoever acts on replies, and whoever is told."""
    told = staff.on_call or staff.on_call_lead or staff.covers_for.filter(is_active=True).exists()
    return staff.role in MODERATORS or told


def access_colleague(staff_id: int) -> Staff:
    """Return somebody who works here. Raises Http404."""
    member = Staff.objects.filter(pk=staff_id, is_active=True).first()
    if member is None:
        raise Http404
    return member


def access_subscriber_by_stop_token(token: str) -> Subscriber | None:
    """Return whose stop link this is; the token is the authority."""
    return Subscriber.objects.filter(stop_token=token, erased_at__isnull=True).first()


def has_stopped(subscriber: Subscriber) -> bool:
    """Return whether no agreement to the course stands any more."""
    standing = subscriber.consents.filter(kind=ConsentKind.COURSE, withdrawn_at__isnull=True)
    return not standing.exists()


def access_latest_published(count: int) -> list[Post]:
    """Return the newest published posts of all lessons."""
    return list(Post.objects.filter(state=PostState.PUBLISHED).order_by("-published_at", "-pk")[:count])
