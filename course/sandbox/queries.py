"""The longer questions that the store asks its file."""

MAILBOXES = """
SELECT 'email' AS kind, mail.rcpt_to AS address, found.count, mail.course_time AS last
FROM (SELECT COUNT(*) AS count, MIN(id) AS first, MAX(id) AS last FROM mail GROUP BY rcpt_to) AS found
JOIN mail ON mail.id = found.last ORDER BY found.first"""
PHONES = """
SELECT 'phone' AS kind, text.person AS address, found.count, text.course_time AS last
FROM (SELECT COUNT(*) AS count, MIN(id) AS first, MAX(id) AS last FROM text GROUP BY person) AS found
JOIN text ON text.id = found.last ORDER BY found.first"""
# The newest rows, given back in the order in which they came.
MAILS = """
SELECT * FROM (SELECT * FROM mail WHERE (?1 IS NULL OR rcpt_to = ?1) ORDER BY id DESC LIMIT ?2) ORDER BY id"""
TEXTS = """
SELECT * FROM (SELECT * FROM text WHERE (?1 IS NULL OR person = ?1) ORDER BY id DESC LIMIT ?2) ORDER BY id"""
# A text still in the queue has no DateSent; its arrival stands in, so that a look-up by time never misses it.
SEARCH = """
SELECT * FROM text WHERE deleted = 0 AND (?1 = '' OR to_number = ?1) AND (?2 = '' OR from_number = ?2)
AND (?3 IS NULL OR CAST(COALESCE(sent_machine, received_machine) AS INTEGER) >= ?3)
AND (?4 IS NULL OR CAST(COALESCE(sent_machine, received_machine) AS INTEGER) <= ?4)
AND (?5 IS NULL OR id < ?5) ORDER BY id DESC LIMIT ?6"""
