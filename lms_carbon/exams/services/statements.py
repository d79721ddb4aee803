"""The statement that saves answers, prebuilt for each database: the hot path of the product.

One statement checks everything that may have changed since the page was opened - the session, that the attempt is
this person's, that it runs, that this window still has it, the deadline by the database's clock - and writes the
changes that are newer than what is held. It returns `(slot, seq, saved_at, ends_at)` of what it wrote; a row that is
missing has a reason, which `services.saving` then looks for. That a slot exists was checked before against the
paper, which never changes once frozen.

PostgreSQL: the attempt is locked FOR SHARE until the commit. A submission or take-over (which update the row) waits
for saves under way and so sees them; a save that waited for one looks at the row again and finds itself refused.
SQLite: the transaction began IMMEDIATE, so there is no other writer.
"""

from typing import Final

# The 60 seconds are `rules.states.GRACE`; a test compares.
POSTGRESQL: Final = """
WITH held AS MATERIALIZED (
    SELECT attempt.id, attempt.institution_id, attempt.epoch, attempt.ends_at
    FROM attempt JOIN auth_session ON auth_session.person_id = attempt.person_id
    WHERE attempt.id = %(attempt)s
      AND auth_session.token_digest = %(token)s
      AND auth_session.ended_at IS NULL
      AND auth_session.expires_at > clock_timestamp()
      AND attempt.state = 'running'
      AND attempt.epoch = %(epoch)s
      AND attempt.ends_at >= clock_timestamp() - interval '60 seconds'
    FOR SHARE OF attempt
)
INSERT INTO answer (attempt_id, slot, institution_id, epoch, seq, value, flagged, client_at, saved_at)
SELECT held.id, sent.slot, held.institution_id, held.epoch, sent.seq, sent.value, sent.flagged,
       sent.client_at, clock_timestamp()
FROM held CROSS JOIN json_to_recordset(%(changes)s::json)
     AS sent(slot bigint, seq bigint, value jsonb, flagged boolean, client_at timestamptz)
ON CONFLICT (attempt_id, slot) DO UPDATE
SET epoch = excluded.epoch, seq = excluded.seq, value = excluded.value, flagged = excluded.flagged,
    client_at = excluded.client_at, saved_at = excluded.saved_at
WHERE (excluded.epoch, excluded.seq) > (answer.epoch, answer.seq)
RETURNING slot, seq, saved_at, (SELECT held.ends_at FROM held)
"""

SQLITE: Final = """
INSERT INTO answer (attempt_id, slot, institution_id, epoch, seq, value, flagged, client_at, saved_at)
SELECT attempt.id, sent.value ->> '$.slot', attempt.institution_id, attempt.epoch, sent.value ->> '$.seq',
       nullif(sent.value -> '$.value', 'null'), sent.value ->> '$.flagged',
       substr(sent.value ->> '$.client_at', 1, 26), strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'
FROM attempt
JOIN auth_session ON auth_session.person_id = attempt.person_id
CROSS JOIN json_each(:changes) AS sent
WHERE attempt.id = :attempt
  AND auth_session.token_digest = :token
  AND auth_session.ended_at IS NULL
  AND auth_session.expires_at > strftime('%Y-%m-%d %H:%M:%f', 'now') || '000'
  AND attempt.state = 'running'
  AND attempt.epoch = :epoch
  AND attempt.ends_at >= strftime('%Y-%m-%d %H:%M:%f', 'now', '-60 seconds') || '000'
ON CONFLICT (attempt_id, slot) DO UPDATE
SET epoch = excluded.epoch, seq = excluded.seq, value = excluded.value, flagged = excluded.flagged,
    client_at = excluded.client_at, saved_at = excluded.saved_at
WHERE (excluded.epoch, excluded.seq) > (answer.epoch, answer.seq)
RETURNING slot, seq, saved_at, (SELECT ends_at FROM attempt WHERE attempt.id = answer.attempt_id)
"""

SAVE: Final = {"postgresql": POSTGRESQL, "sqlite": SQLITE}
"""Parameters: `attempt`, `token` (digest), `epoch`, `changes` (JSON of `rules.changes.as_json`)."""
