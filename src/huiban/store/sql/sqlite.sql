-- What keeps history fixed, and the two statements that write cases, for SQLite.
-- Installed after every migration; dropped before one, because SQLite rebuilds tables to alter them.

CREATE TRIGGER hb_journal_no_update BEFORE UPDATE ON store_journal BEGIN
  SELECT RAISE(ABORT, 'huiban: a journal entry is never changed; record a new one');
END;
CREATE TRIGGER hb_journal_no_delete BEFORE DELETE ON store_journal BEGIN
  SELECT RAISE(ABORT, 'huiban: a journal entry is never deleted');
END;
CREATE TRIGGER hb_journal_no_gap BEFORE INSERT ON store_journal
WHEN NEW.seq <> 1 AND NOT EXISTS (
  SELECT 1 FROM store_journal WHERE case_id = NEW.case_id AND seq = NEW.seq - 1
) BEGIN
  SELECT RAISE(ABORT, 'huiban: a journal has no gaps; the entry before this one is missing');
END;
-- REPLACE INTO deletes the old row without asking its DELETE trigger; these see the new one come.
CREATE TRIGGER hb_journal_no_replace BEFORE INSERT ON store_journal
WHEN EXISTS (SELECT 1 FROM store_journal WHERE case_id = NEW.case_id AND seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM store_journal WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'huiban: a journal entry is never changed, each is unique; record a new one');
END;
CREATE TRIGGER hb_document_no_replace BEFORE INSERT ON store_document
WHEN EXISTS (SELECT 1 FROM store_document WHERE number = NEW.number)
  OR EXISTS (SELECT 1 FROM store_document
    WHERE case_id = NEW.case_id AND code = NEW.code AND journal_seq = NEW.journal_seq)
BEGIN
  SELECT RAISE(IGNORE);  -- issuing twice is not a fault: the first stays
END;
CREATE TRIGGER hb_pack_no_replace BEFORE INSERT ON store_pack_version
WHEN EXISTS (SELECT 1 FROM store_pack_version WHERE code = NEW.code AND version = NEW.version)
  OR EXISTS (SELECT 1 FROM store_pack_version WHERE id = NEW.id)
BEGIN
  SELECT RAISE(IGNORE);  -- publishing twice is not a fault: the first stays
END;
CREATE TRIGGER hb_past_no_replace BEFORE INSERT ON store_past_filing
WHEN EXISTS (SELECT 1 FROM store_past_filing WHERE case_id = NEW.case_id AND until_seq = NEW.until_seq)
  OR EXISTS (SELECT 1 FROM store_past_filing WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'huiban: what was filed before a correction is never changed');
END;
CREATE TRIGGER hb_document_fixed BEFORE UPDATE ON store_document
WHEN (OLD.number, OLD.case_id, OLD.sha256, OLD.sm3, OLD.size, OLD.object_key, OLD.issued_at)
  IS NOT (NEW.number, NEW.case_id, NEW.sha256, NEW.sm3, NEW.size, NEW.object_key, NEW.issued_at)
BEGIN
  SELECT RAISE(ABORT, 'huiban: an issued document is never changed; issue a new one');
END;
CREATE TRIGGER hb_document_no_delete BEFORE DELETE ON store_document BEGIN
  SELECT RAISE(ABORT, 'huiban: an issued document is never deleted');
END;
CREATE TRIGGER hb_pack_no_update BEFORE UPDATE ON store_pack_version BEGIN
  SELECT RAISE(ABORT, 'huiban: a published pack version is never changed; publish a new one');
END;
CREATE TRIGGER hb_pack_no_delete BEFORE DELETE ON store_pack_version BEGIN
  SELECT RAISE(ABORT, 'huiban: a published pack version is never deleted; cases refer to it');
END;

CREATE TRIGGER hb_past_no_update BEFORE UPDATE ON store_past_filing BEGIN
  SELECT RAISE(ABORT, 'huiban: what was filed before a correction is never changed');
END;
CREATE TRIGGER hb_past_no_delete BEFORE DELETE ON store_past_filing BEGIN
  SELECT RAISE(ABORT, 'huiban: what was filed before a correction is never deleted');
END;

CREATE TRIGGER hb_inquiry_no_update BEFORE UPDATE ON store_inquiry BEGIN
  SELECT RAISE(ABORT, 'huiban: a line of the request log is never changed; append a new one');
END;
CREATE TRIGGER hb_inquiry_no_delete BEFORE DELETE ON store_inquiry BEGIN
  SELECT RAISE(ABORT, 'huiban: a line of the request log is never deleted');
END;
CREATE TRIGGER hb_inquiry_no_gap BEFORE INSERT ON store_inquiry
WHEN NEW.seq <> 1 AND NOT EXISTS (
  SELECT 1 FROM store_inquiry WHERE subject = NEW.subject AND seq = NEW.seq - 1
) BEGIN
  SELECT RAISE(ABORT, 'huiban: a request log has no gaps; the line before this one is missing');
END;
CREATE TRIGGER hb_inquiry_no_replace BEFORE INSERT ON store_inquiry
WHEN EXISTS (SELECT 1 FROM store_inquiry WHERE subject = NEW.subject AND seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM store_inquiry WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'huiban: a line of the request log is never changed, each is unique');
END;

CREATE TRIGGER hb_ledger_no_update BEFORE UPDATE ON store_ledger BEGIN
  SELECT RAISE(ABORT, 'huiban: a ledger entry is never changed; append a new one');
END;
CREATE TRIGGER hb_ledger_no_delete BEFORE DELETE ON store_ledger BEGIN
  SELECT RAISE(ABORT, 'huiban: a ledger entry is never deleted');
END;
CREATE TRIGGER hb_ledger_no_gap BEFORE INSERT ON store_ledger
WHEN NEW.seq <> 1 AND NOT EXISTS (
  SELECT 1 FROM store_ledger WHERE chain = NEW.chain AND key = NEW.key AND seq = NEW.seq - 1
) BEGIN
  SELECT RAISE(ABORT, 'huiban: a ledger has no gaps; the entry before this one is missing');
END;
CREATE TRIGGER hb_ledger_no_replace BEFORE INSERT ON store_ledger
WHEN EXISTS (SELECT 1 FROM store_ledger
    WHERE chain = NEW.chain AND key = NEW.key AND seq = NEW.seq)
  OR EXISTS (SELECT 1 FROM store_ledger WHERE id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'huiban: a ledger entry is never changed, each is unique');
END;
CREATE TRIGGER hb_checkpoint_no_replace BEFORE INSERT ON store_checkpoint
WHEN EXISTS (SELECT 1 FROM store_checkpoint WHERE number = NEW.number)
BEGIN
  SELECT RAISE(ABORT, 'huiban: a checkpoint is never changed');
END;
CREATE TRIGGER hb_leaf_no_replace BEFORE INSERT ON store_tree_leaf
WHEN EXISTS (SELECT 1 FROM store_tree_leaf WHERE place = NEW.place)
  OR EXISTS (SELECT 1 FROM store_tree_leaf
    WHERE chain = NEW.chain AND key = NEW.key AND seq = NEW.seq)
BEGIN
  SELECT RAISE(ABORT, 'huiban: a leaf of the tree is never changed');
END;
CREATE TRIGGER hb_checkpoint_no_update BEFORE UPDATE ON store_checkpoint BEGIN
  SELECT RAISE(ABORT, 'huiban: a checkpoint is never changed');
END;
CREATE TRIGGER hb_checkpoint_no_delete BEFORE DELETE ON store_checkpoint BEGIN
  SELECT RAISE(ABORT, 'huiban: a checkpoint is never deleted');
END;
CREATE TRIGGER hb_leaf_no_update BEFORE UPDATE ON store_tree_leaf BEGIN
  SELECT RAISE(ABORT, 'huiban: a leaf of the tree is never changed');
END;
CREATE TRIGGER hb_leaf_no_delete BEFORE DELETE ON store_tree_leaf BEGIN
  SELECT RAISE(ABORT, 'huiban: a leaf of the tree is never deleted');
END;

CREATE VIEW hb_open_case AS
  SELECT id, number, submission_key, pack_code, pack_version, item_code, life, title, applicant,
    subject_code, subject_name, department, division, channel, stage, outcome, light,
    source_certificate, parent_case, submitted_at, accepted_at, due_at, committed_due_at,
    statutory_due_at, chain_seq, chain_sha256, chain_sm3, standing, materials, payload,
    '' AS grams, '' AS sort_at, '' AS tasks, '' AS deadlines, '' AS journal, '' AS jobs,
    '' AS notices, '' AS draft, '' AS files, '' AS found_in_department, '' AS found_in_division,
    '' AS token
  FROM store_case;

CREATE TRIGGER hb_open_case INSTEAD OF INSERT ON hb_open_case BEGIN
  SELECT RAISE(ABORT, 'huiban: token ended') WHERE NEW.token <> '' AND NOT EXISTS (
    SELECT 1 FROM store_token t JOIN store_account a ON a.id = t.account_id
    WHERE t.digest = NEW.token AND t.revoked_at IS NULL
      AND (t.expires_at IS NULL OR t.expires_at > NEW.submitted_at)
      AND a.is_active AND a.number = NEW.applicant AND a.subject = NEW.subject_code
  );
  INSERT INTO store_case (id, version, number, submission_key, pack_code, pack_version, item_code,
    life, title, applicant, subject_code, subject_name, department, division, channel, stage,
    outcome, light, source_certificate, parent_case, submitted_at, accepted_at, due_at,
    committed_due_at, statutory_due_at, chain_seq, chain_sha256, chain_sm3, standing, materials,
    payload)
  VALUES (NEW.id, 1, NEW.number, NEW.submission_key, NEW.pack_code, NEW.pack_version,
    NEW.item_code, NEW.life, NEW.title, NEW.applicant, NEW.subject_code, NEW.subject_name,
    NEW.department, NEW.division, NEW.channel, NEW.stage, NEW.outcome, NEW.light,
    NEW.source_certificate, NEW.parent_case, NEW.submitted_at, NEW.accepted_at, NEW.due_at,
    NEW.committed_due_at, NEW.statutory_due_at, NEW.chain_seq, NEW.chain_sha256, NEW.chain_sm3,
    NEW.standing, NEW.materials, NEW.payload);
  INSERT INTO store_case_search (rowid, grams, department, division)
  VALUES (NEW.id, NEW.grams, NEW.found_in_department, NEW.found_in_division);
  INSERT INTO store_task (case_id, key, state, kind, role, department, division, holder, waits_on,
    opened_at, light, sort_at, stage, item_code)
  SELECT NEW.id, json_extract(value, '$.key'), json_extract(value, '$.state'),
    json_extract(value, '$.kind'), json_extract(value, '$.role'),
    json_extract(value, '$.department'), json_extract(value, '$.division'),
    json_extract(value, '$.holder'), json_extract(value, '$.waits_on'),
    NEW.submitted_at, NEW.light, NEW.sort_at, NEW.stage, NEW.item_code
  FROM json_each(NEW.tasks);
  INSERT INTO store_deadline (case_id, clock, state, due_at, next_event, next_event_at,
    is_provisional, calendar_version, reading)
  SELECT NEW.id, json_extract(value, '$.clock'), json_extract(value, '$.state'),
    json_extract(value, '$.due_at'), json_extract(value, '$.next_event'),
    json_extract(value, '$.next_event_at'), json_extract(value, '$.is_provisional'),
    json_extract(value, '$.calendar_version'), json_extract(value, '$.reading')
  FROM json_each(NEW.deadlines);
  INSERT INTO store_journal (case_id, seq, at, actor, actor_name, role, act, stage_from, stage_to,
    reason, basis, body, sha256, sm3, is_public)
  SELECT NEW.id, json_extract(value, '$.seq'), json_extract(value, '$.at'),
    json_extract(value, '$.actor'), json_extract(value, '$.actor_name'),
    json_extract(value, '$.role'), json_extract(value, '$.act'),
    json_extract(value, '$.stage_from'), json_extract(value, '$.stage_to'),
    json_extract(value, '$.reason'), json_extract(value, '$.basis'),
    json_extract(value, '$.body'), json_extract(value, '$.sha256'), json_extract(value, '$.sm3'),
    json_extract(value, '$.is_public')
  FROM json_each(NEW.journal);
  INSERT INTO store_job (kind, payload, unique_key, state, run_after, attempts, worker, last_error,
    created_at)
  SELECT json_extract(value, '$.kind'), json_extract(value, '$.payload'),
    json_extract(value, '$.unique_key'), 'ready',
    coalesce(json_extract(value, '$.run_after'), NEW.submitted_at), 0, '', '', NEW.submitted_at
  FROM json_each(NEW.jobs) WHERE true
  ON CONFLICT (unique_key) DO NOTHING;
  INSERT INTO store_notice (case_id, code, subject_code, title, text, title_en, text_en, link,
    created_at)
  SELECT NEW.id, json_extract(value, '$.code'), json_extract(value, '$.subject_code'),
    json_extract(value, '$.title'), json_extract(value, '$.text'),
    json_extract(value, '$.title_en'), json_extract(value, '$.text_en'),
    json_extract(value, '$.link'), NEW.submitted_at
  FROM json_each(NEW.notices);
  UPDATE store_blob SET case_id = NEW.id, draft = '' WHERE draft = NEW.draft AND NOT (draft = '');
  DELETE FROM store_draft WHERE number = NEW.draft;
  UPDATE store_blob SET case_id = NEW.id FROM json_each(NEW.files) AS wanted
  WHERE store_blob.number = wanted.key AND owner = NEW.applicant
    AND case_id IS NULL AND draft = '' AND state = 'clean'
    AND size <= json_extract(wanted.value, '$.most')
    AND EXISTS (
      SELECT 1 FROM json_each(wanted.value, '$.accept') AS accepted
      WHERE accepted.value IN ('*', media, substr(media, 1, instr(media, '/')) || '*')
    );
  SELECT RAISE(ABORT, 'huiban: file taken')
  WHERE (SELECT count(*) FROM json_each(NEW.files)) <> (
    SELECT count(*) FROM json_each(NEW.files) f JOIN store_blob b ON b.number = f.key
    WHERE b.case_id = NEW.id
  );
END;

CREATE VIEW hb_record AS
  SELECT id, version AS expected_version, chain_seq AS expected_seq, 1 AS version_step,
    '' AS at, stage, standing, light, due_at,
    committed_due_at, statutory_due_at, chain_seq, chain_sha256, chain_sm3, outcome, title,
    subject_name, payload, materials, department, division, source_certificate, accepted_at,
    decided_at, closed_at, archived_at, '' AS grams, '' AS sort_at, '' AS tasks_opened,
    '' AS tasks_closed, '' AS deadlines, '' AS journal, '' AS jobs, '' AS notices,
    '' AS found_in_department, '' AS found_in_division
  FROM store_case;

CREATE TRIGGER hb_record INSTEAD OF INSERT ON hb_record BEGIN
  SELECT RAISE(ABORT, 'huiban: stale version') WHERE NOT EXISTS (
    SELECT 1 FROM store_case WHERE id = NEW.id AND version = NEW.expected_version
      AND NEW.expected_seq IN (-1, chain_seq)
  );
  UPDATE store_case SET version = version + NEW.version_step, stage = NEW.stage,
    standing = NEW.standing, light = NEW.light, due_at = NEW.due_at, committed_due_at = NEW.committed_due_at,
    statutory_due_at = NEW.statutory_due_at, chain_seq = NEW.chain_seq,
    chain_sha256 = NEW.chain_sha256, chain_sm3 = NEW.chain_sm3,
    outcome = coalesce(NEW.outcome, outcome), title = coalesce(NEW.title, title),
    subject_name = coalesce(NEW.subject_name, subject_name),
    payload = coalesce(NEW.payload, payload), materials = coalesce(NEW.materials, materials),
    department = coalesce(NEW.department, department),
    division = coalesce(NEW.division, division),
    source_certificate = coalesce(NEW.source_certificate, source_certificate),
    accepted_at = coalesce(NEW.accepted_at, accepted_at),
    decided_at = coalesce(NEW.decided_at, decided_at),
    closed_at = coalesce(NEW.closed_at, closed_at),
    archived_at = coalesce(NEW.archived_at, archived_at)
  WHERE id = NEW.id;
  UPDATE store_case_search SET grams = coalesce(NEW.grams, grams),
    department = coalesce(NEW.found_in_department, department),
    division = coalesce(NEW.found_in_division, division)
  WHERE rowid = NEW.id
    AND coalesce(NEW.grams, NEW.found_in_department, NEW.found_in_division) IS NOT NULL;
  UPDATE store_task SET closed_at = NEW.at
  WHERE case_id = NEW.id AND closed_at IS NULL
    AND key IN (SELECT value FROM json_each(NEW.tasks_closed));
  INSERT INTO store_task (case_id, key, state, kind, role, department, division, holder, waits_on,
    opened_at, light, sort_at, stage, item_code)
  SELECT NEW.id, json_extract(value, '$.key'), json_extract(value, '$.state'),
    json_extract(value, '$.kind'), json_extract(value, '$.role'),
    json_extract(value, '$.department'), json_extract(value, '$.division'),
    json_extract(value, '$.holder'), json_extract(value, '$.waits_on'),
    NEW.at, NEW.light, NEW.sort_at, NEW.stage,
    (SELECT item_code FROM store_case WHERE id = NEW.id)
  FROM json_each(NEW.tasks_opened) WHERE true
  ON CONFLICT (case_id, key) DO UPDATE SET state = excluded.state, kind = excluded.kind,
    role = excluded.role, department = excluded.department, division = excluded.division,
    holder = excluded.holder, waits_on = excluded.waits_on, closed_at = NULL;
  UPDATE store_task SET light = NEW.light, sort_at = NEW.sort_at, stage = NEW.stage
  WHERE case_id = NEW.id AND closed_at IS NULL
    AND (light <> NEW.light OR sort_at <> NEW.sort_at OR stage <> NEW.stage);
  INSERT INTO store_deadline (case_id, clock, state, due_at, next_event, next_event_at,
    is_provisional, calendar_version, reading)
  SELECT NEW.id, json_extract(value, '$.clock'), json_extract(value, '$.state'),
    json_extract(value, '$.due_at'), json_extract(value, '$.next_event'),
    json_extract(value, '$.next_event_at'), json_extract(value, '$.is_provisional'),
    json_extract(value, '$.calendar_version'), json_extract(value, '$.reading')
  FROM json_each(NEW.deadlines) WHERE true
  ON CONFLICT (case_id, clock) DO UPDATE SET state = excluded.state, due_at = excluded.due_at,
    next_event = excluded.next_event, next_event_at = excluded.next_event_at,
    is_provisional = excluded.is_provisional, calendar_version = excluded.calendar_version,
    reading = excluded.reading;
  INSERT INTO store_journal (case_id, seq, at, actor, actor_name, role, act, stage_from, stage_to,
    reason, basis, body, sha256, sm3, is_public)
  SELECT NEW.id, json_extract(value, '$.seq'), json_extract(value, '$.at'),
    json_extract(value, '$.actor'), json_extract(value, '$.actor_name'),
    json_extract(value, '$.role'), json_extract(value, '$.act'),
    json_extract(value, '$.stage_from'), json_extract(value, '$.stage_to'),
    json_extract(value, '$.reason'), json_extract(value, '$.basis'),
    json_extract(value, '$.body'), json_extract(value, '$.sha256'), json_extract(value, '$.sm3'),
    json_extract(value, '$.is_public')
  FROM json_each(NEW.journal);
  INSERT INTO store_job (kind, payload, unique_key, state, run_after, attempts, worker, last_error,
    created_at)
  SELECT json_extract(value, '$.kind'), json_extract(value, '$.payload'),
    json_extract(value, '$.unique_key'), 'ready',
    coalesce(json_extract(value, '$.run_after'), NEW.at), 0, '', '', NEW.at
  FROM json_each(NEW.jobs) WHERE true
  ON CONFLICT (unique_key) DO NOTHING;
  INSERT INTO store_notice (case_id, code, subject_code, title, text, title_en, text_en, link,
    created_at)
  SELECT NEW.id, json_extract(value, '$.code'), json_extract(value, '$.subject_code'),
    json_extract(value, '$.title'), json_extract(value, '$.text'),
    json_extract(value, '$.title_en'), json_extract(value, '$.text_en'),
    json_extract(value, '$.link'), NEW.at
  FROM json_each(NEW.notices);
END;
