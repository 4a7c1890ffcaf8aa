# SPDX-License-Identifier: Apache-2.0
"""The two statements that write cases: one data-modifying statement each, per dialect."""

import re


def _slots(names: tuple[str, ...]) -> str:
    return ", ".join(f"%({name})s" for name in names)


OPEN_FIELDS = (
    "id", "number", "submission_key", "pack_code", "pack_version", "item_code", "life", "title",
    "applicant", "subject_code", "subject_name", "department", "division", "channel", "stage",
    "outcome", "light", "source_certificate", "parent_case", "submitted_at", "accepted_at",
    "due_at", "committed_due_at", "statutory_due_at", "chain_seq", "chain_sha256", "chain_sm3",
    "standing", "materials", "payload",
)  # fmt: skip
_WRITTEN = (
    "stage", "standing", "light", "due_at", "committed_due_at", "statutory_due_at", "chain_seq",
    "chain_sha256", "chain_sm3",
)  # fmt: skip
_KEPT = (
    "outcome", "title", "subject_name", "payload", "materials", "department", "division",
    "source_certificate", "accepted_at", "decided_at", "closed_at", "archived_at",
)  # fmt: skip
RECORD_FIELDS = ("id", "expected_version", "expected_seq", "version_step", "at", *_WRITTEN, *_KEPT)

_OPEN_ALL = (
    *OPEN_FIELDS, "grams", "sort_at", "tasks", "deadlines", "journal", "jobs", "notices", "draft",
    "files", "found_in_department", "found_in_division", "token",
)  # fmt: skip
_RECORD_ALL = (
    *RECORD_FIELDS, "grams", "sort_at", "tasks_opened", "tasks_closed", "deadlines", "journal",
    "jobs", "notices", "found_in_department", "found_in_division",
)  # fmt: skip
# The views and what they write are in sql/sqlite.sql.
_SQLITE_OPEN = f"INSERT INTO hb_open_case ({', '.join(_OPEN_ALL)}) VALUES ({_slots(_OPEN_ALL)})"
_SQLITE_RECORD = f"INSERT INTO hb_record ({', '.join(_RECORD_ALL)}) VALUES ({_slots(_RECORD_ALL)})"

_TASK = (
    "key text, state text, kind text, role text, department text, division text, holder text, "
    "waits_on text"
)
_DEADLINE = (
    "clock text, state text, due_at timestamptz, next_event text, next_event_at timestamptz, "
    "is_provisional bool, calendar_version text, reading text"
)
_JOURNAL = (
    "seq int, at timestamptz, actor text, actor_name text, role text, act text, stage_from text, "
    "stage_to text, reason text, basis text, body text, sha256 text, sm3 text, is_public bool"
)
_JOB = "kind text, payload text, unique_key text, run_after timestamptz"
_NOTICE = (
    "code text, subject_code text, title text, text text, title_en text, text_en text, link text"
)
# Every part reads `found`, the case row just written: no case, no rows.
_POSTGRES_PARTS = f"""
, added_deadline AS (
  INSERT INTO store_deadline (case_id, clock, state, due_at, next_event, next_event_at,
    is_provisional, calendar_version, reading)
  SELECT found.id, x.* FROM found, json_to_recordset(%(deadlines)s::json) AS x({_DEADLINE})
  ON CONFLICT (case_id, clock) DO UPDATE SET state = excluded.state, due_at = excluded.due_at,
    next_event = excluded.next_event, next_event_at = excluded.next_event_at,
    is_provisional = excluded.is_provisional, calendar_version = excluded.calendar_version,
    reading = excluded.reading
), added_journal AS (
  INSERT INTO store_journal (case_id, seq, at, actor, actor_name, role, act, stage_from, stage_to,
    reason, basis, body, sha256, sm3, is_public)
  SELECT found.id, x.* FROM found, json_to_recordset(%(journal)s::json) AS x({_JOURNAL})
), added_job AS (
  INSERT INTO store_job (kind, payload, unique_key, state, run_after, attempts, worker, last_error,
    created_at)
  SELECT x.kind, x.payload, x.unique_key, 'ready', coalesce(x.run_after, %(at)s), 0, '', '', %(at)s
  FROM found, json_to_recordset(%(jobs)s::json) AS x({_JOB})
  ON CONFLICT (unique_key) DO NOTHING
), added_notice AS (
  INSERT INTO store_notice (case_id, code, subject_code, title, text, title_en, text_en, link,
    created_at)
  SELECT found.id, x.*, %(at)s
  FROM found, json_to_recordset(%(notices)s::json) AS x({_NOTICE})
)"""
_POSTGRES_OPEN = f"""
WITH found AS (
  INSERT INTO store_case (version, {", ".join(OPEN_FIELDS)})
  VALUES (1, {_slots(OPEN_FIELDS)})
  ON CONFLICT (submission_key) DO NOTHING RETURNING id
), added_search AS (
  INSERT INTO store_case_search (case_id, grams, department, division)
  SELECT id, array_to_tsvector(string_to_array(%(grams)s, ' ')),
    array_to_tsvector(ARRAY[%(found_in_department)s]),
    array_to_tsvector(ARRAY[%(found_in_division)s]) FROM found
), added_task AS (
  INSERT INTO store_task (case_id, key, state, kind, role, department, division, holder, waits_on,
    opened_at, light, sort_at, stage, item_code)
  SELECT found.id, x.*, %(at)s, %(light)s, %(sort_at)s, %(stage)s, %(item_code)s
  FROM found, json_to_recordset(%(tasks)s::json) AS x({_TASK})
){_POSTGRES_PARTS}, kept_file AS (
  UPDATE store_blob SET case_id = found.id, draft = '' FROM found
  WHERE store_blob.draft = %(draft)s AND store_blob.draft <> ''
), spent_draft AS (
  DELETE FROM store_draft USING found WHERE number = %(draft)s
), bound_file AS (
  UPDATE store_blob SET case_id = found.id FROM found
  WHERE store_blob.number = ANY (ARRAY(SELECT jsonb_object_keys(%(files)s::jsonb)))
    AND store_blob.owner = %(applicant)s AND store_blob.case_id IS NULL
    -- A plain "draft = ''" invites the index of all loose files, not of these.
    AND length(store_blob.draft) = 0 AND store_blob.state = 'clean'
    AND store_blob.size <= (%(files)s::jsonb #>> ARRAY[store_blob.number, 'most'])::bigint
    AND (%(files)s::jsonb #> ARRAY[store_blob.number, 'accept'])
      ?| ARRAY['*', store_blob.media, split_part(store_blob.media, '/', 1) || '/*']
  RETURNING 1
)
SELECT CASE WHEN (SELECT count(*) FROM bound_file)
    = (SELECT count(*) FROM jsonb_object_keys(%(files)s::jsonb))
  THEN id ELSE -1 END FROM found"""
# A task both closed and opened stays open; one statement may touch each row only once.
_POSTGRES_RECORD = f"""
WITH found AS (
  UPDATE store_case SET version = version + %(version_step)s,
    {", ".join(f"{name} = %({name})s" for name in _WRITTEN)},
    {", ".join(f"{name} = coalesce(%({name})s, {name})" for name in _KEPT)}
  WHERE id = %(id)s AND version = %(expected_version)s
    AND %(expected_seq)s IN (-1, chain_seq) RETURNING id, item_code
), found_again AS (
  UPDATE store_case_search SET
    grams = coalesce(array_to_tsvector(string_to_array(%(grams)s, ' ')), grams),
    department = CASE WHEN %(found_in_department)s IS NULL THEN department
      ELSE array_to_tsvector(ARRAY[%(found_in_department)s]) END,
    division = CASE WHEN %(found_in_division)s IS NULL THEN division
      ELSE array_to_tsvector(ARRAY[%(found_in_division)s]) END
  FROM found WHERE case_id = found.id
    AND coalesce(%(grams)s, %(found_in_department)s, %(found_in_division)s) IS NOT NULL
), opened AS (
  INSERT INTO store_task (case_id, key, state, kind, role, department, division, holder, waits_on,
    opened_at, light, sort_at, stage, item_code)
  SELECT found.id, x.*, %(at)s, %(light)s, %(sort_at)s, %(stage)s, found.item_code
  FROM found, json_to_recordset(%(tasks_opened)s::json) AS x({_TASK})
  ON CONFLICT (case_id, key) DO UPDATE SET state = excluded.state, kind = excluded.kind,
    role = excluded.role, department = excluded.department, division = excluded.division,
    holder = excluded.holder, waits_on = excluded.waits_on, closed_at = NULL,
    light = excluded.light, sort_at = excluded.sort_at, stage = excluded.stage
), others AS (
  UPDATE store_task SET light = %(light)s, sort_at = %(sort_at)s, stage = %(stage)s,
    closed_at = CASE WHEN %(tasks_closed)s::jsonb ? key THEN %(at)s END
  FROM found WHERE case_id = found.id AND NOT %(opened_keys)s::jsonb ? key
    -- A plain "closed_at IS NULL" invites the index of all open work, not of this case's.
    AND CASE WHEN closed_at IS NULL THEN light <> %(light)s OR sort_at <> %(sort_at)s
      OR stage <> %(stage)s OR %(tasks_closed)s::jsonb ? key ELSE false END
){_POSTGRES_PARTS}
SELECT id FROM found"""


def _kind(name: str) -> str:
    if name.endswith("_at") or name == "at":
        return "timestamptz"
    return _KINDS.get(name, "text")


# Rows are read once from the text as sent; what is looked into several times is parsed first.
_KINDS = {
    kind: name
    for name, kinds in {
        "json": ("tasks", "tasks_opened", "deadlines", "journal", "jobs", "notices"),
        "jsonb": ("tasks_closed", "opened_keys", "files"),
        "bigint": ("id",),
        "int": ("chain_seq", "expected_version", "expected_seq", "version_step"),
    }.items()
    for kind in kinds
}
_SLOT = re.compile(r"%\((\w+)\)s")


def _names(statement: str) -> list[str]:
    return list(dict.fromkeys(_SLOT.findall(statement)))


# Who asks is made sure of in the statement itself: a question of its own costs a sixth of it all.
_TOKEN_COUNTS = """
IF given_token <> '' AND NOT EXISTS (
  SELECT 1 FROM store_token t JOIN store_account a ON a.id = t.account_id
  WHERE t.digest = given_token AND t.revoked_at IS NULL
    AND (t.expires_at IS NULL OR t.expires_at > given_at)
    AND a.is_active AND a.number = given_applicant AND a.subject = given_subject_code
) THEN
  RAISE EXCEPTION 'huiban: token ended' USING ERRCODE = 'integrity_constraint_violation';
END IF;"""


def _function(name: str, statement: str, first: str = "", more: tuple[str, ...] = ()) -> str:
    """
    A function keeps its plan for the connection's life, which halves what a call costs.

    A plan made while the tables were small must still do when they are large: no whole-table reads.
    """
    names = (*_names(statement), *more)
    taken = ", ".join(f"given_{slot} {_kind(slot)}" for slot in names)
    body = _SLOT.sub(r"given_\1", statement)
    return f"""
CREATE FUNCTION {name}({taken}) RETURNS bigint LANGUAGE plpgsql
SET enable_seqscan = off AS $body$
#variable_conflict use_column
DECLARE written bigint;
BEGIN{first}
{body} INTO written;
IF written < 0 THEN
  RAISE EXCEPTION 'huiban: file taken' USING ERRCODE = 'integrity_constraint_violation';
END IF;
RETURN written;
END $body$"""


# A function's parameters may change from one version to the next, so all of its name go first.
_DROP = """
DO $$ DECLARE old regprocedure; BEGIN
  FOR old IN SELECT oid::regprocedure FROM pg_proc
    WHERE proname IN ('hb_open_case', 'hb_record') AND pronamespace = current_schema()::regnamespace
  LOOP EXECUTE 'DROP FUNCTION ' || old; END LOOP;
END $$"""
POSTGRES_FUNCTIONS = (
    _DROP,
    _function("hb_open_case", _POSTGRES_OPEN, _TOKEN_COUNTS, ("token",)),
    _function("hb_record", _POSTGRES_RECORD),
)


def _call(name: str, statement: str, more: tuple[str, ...] = ()) -> str:
    return f"SELECT {name}({_slots((*_names(statement), *more))})"


OPEN = {"sqlite": _SQLITE_OPEN, "postgresql": _call("hb_open_case", _POSTGRES_OPEN, ("token",))}
RECORD = {"sqlite": _SQLITE_RECORD, "postgresql": _call("hb_record", _POSTGRES_RECORD)}
