"""Which scenarios share a house: those of one row are played one after another in it. Knows no Django."""

HOUSES = (
    ("kill-worker", "kill-points", "redis", "postgres", "rolling-restart"),
    ("window", "crowd", "poison", "stop"),
    ("clock",),
    ("disk",),
    ("smtp", "callbacks", "twilio"),
    ("safety",),
    ("intake",),
)
NAMES = tuple(name for house in HOUSES for name in house)
POSTGRES_ONLY = ("postgres", "clock")  # on SQLite all programs share one machine, and its clock
SQLITE_ONLY = ("disk",)  # PostgreSQL's disk is the disk of its own machine
ALONE = ("intake",)  # its strangers get answers that other scenarios know nothing of
TIMED = ("safety",)
SETTLES_ALONE = ("redis", "postgres")  # what comes after restarts the workers, and would hide one that hangs
