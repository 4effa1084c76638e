"""Four thin task files on Celery: plan, deliver, intake, upkeep. Imported by nobody."""
