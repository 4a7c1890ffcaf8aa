-- What keeps history fixed, for PostgreSQL. Installed after every migration.

CREATE OR REPLACE FUNCTION hb_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'huiban: %', TG_ARGV[0] USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE FUNCTION hb_refuse_gap() RETURNS trigger LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM store_journal WHERE case_id = NEW.case_id AND seq = NEW.seq - 1
  ) THEN
    RAISE EXCEPTION 'huiban: a journal has no gaps; the entry before this one is missing'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION hb_refuse_inquiry_gap() RETURNS trigger LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM store_inquiry WHERE subject = NEW.subject AND seq = NEW.seq - 1
  ) THEN
    RAISE EXCEPTION 'huiban: a request log has no gaps; the line before this one is missing'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION hb_refuse_ledger_gap() RETURNS trigger LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM store_ledger WHERE chain = NEW.chain AND key = NEW.key AND seq = NEW.seq - 1
  ) THEN
    RAISE EXCEPTION 'huiban: a ledger has no gaps; the entry before this one is missing'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;

-- Waking a worker costs a lock that commits queue for, so only the job that finds the queue
-- empty does it; a worker that is awake finds the rest by itself.
CREATE OR REPLACE FUNCTION hb_wake() RETURNS trigger LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM store_job WHERE state = 'ready' AND run_after <= now() AND id < NEW.id
  ) THEN
    PERFORM pg_notify('huiban_job', '');
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER hb_journal_no_update BEFORE UPDATE ON store_journal FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a journal entry is never changed; record a new one');
CREATE OR REPLACE TRIGGER hb_journal_no_delete BEFORE DELETE ON store_journal FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a journal entry is never deleted');
CREATE OR REPLACE TRIGGER hb_journal_no_truncate BEFORE TRUNCATE ON store_journal
  FOR EACH STATEMENT EXECUTE FUNCTION hb_refuse('a journal is never emptied');
CREATE OR REPLACE TRIGGER hb_journal_no_gap BEFORE INSERT ON store_journal FOR EACH ROW
  WHEN (NEW.seq <> 1) EXECUTE FUNCTION hb_refuse_gap();
CREATE OR REPLACE TRIGGER hb_document_fixed BEFORE UPDATE ON store_document FOR EACH ROW
  WHEN ((OLD.number, OLD.case_id, OLD.sha256, OLD.sm3, OLD.size, OLD.object_key, OLD.issued_at)
    IS DISTINCT FROM
    (NEW.number, NEW.case_id, NEW.sha256, NEW.sm3, NEW.size, NEW.object_key, NEW.issued_at))
  EXECUTE FUNCTION hb_refuse('an issued document is never changed; issue a new one');
CREATE OR REPLACE TRIGGER hb_document_no_delete BEFORE DELETE ON store_document FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('an issued document is never deleted');
CREATE OR REPLACE TRIGGER hb_document_no_truncate BEFORE TRUNCATE ON store_document
  FOR EACH STATEMENT EXECUTE FUNCTION hb_refuse('issued documents are never emptied');
CREATE OR REPLACE TRIGGER hb_pack_no_update BEFORE UPDATE ON store_pack_version FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a published pack version is never changed; publish a new one');
CREATE OR REPLACE TRIGGER hb_pack_no_delete BEFORE DELETE ON store_pack_version FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a published pack version is never deleted; cases refer to it');
CREATE OR REPLACE TRIGGER hb_pack_no_truncate BEFORE TRUNCATE ON store_pack_version
  FOR EACH STATEMENT EXECUTE FUNCTION hb_refuse('published pack versions are never emptied');
CREATE OR REPLACE TRIGGER hb_past_no_update BEFORE UPDATE ON store_past_filing FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('what was filed before a correction is never changed');
CREATE OR REPLACE TRIGGER hb_past_no_delete BEFORE DELETE ON store_past_filing FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('what was filed before a correction is never deleted');
CREATE OR REPLACE TRIGGER hb_past_no_truncate BEFORE TRUNCATE ON store_past_filing
  FOR EACH STATEMENT EXECUTE FUNCTION hb_refuse('earlier filings are never emptied');
CREATE OR REPLACE TRIGGER hb_inquiry_no_update BEFORE UPDATE ON store_inquiry FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a line of the request log is never changed; append a new one');
CREATE OR REPLACE TRIGGER hb_inquiry_no_delete BEFORE DELETE ON store_inquiry FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a line of the request log is never deleted');
CREATE OR REPLACE TRIGGER hb_inquiry_no_truncate BEFORE TRUNCATE ON store_inquiry
  FOR EACH STATEMENT EXECUTE FUNCTION hb_refuse('the request log is never emptied');
CREATE OR REPLACE TRIGGER hb_inquiry_no_gap BEFORE INSERT ON store_inquiry FOR EACH ROW
  WHEN (NEW.seq <> 1) EXECUTE FUNCTION hb_refuse_inquiry_gap();
CREATE OR REPLACE TRIGGER hb_ledger_no_update BEFORE UPDATE ON store_ledger FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a ledger entry is never changed');
CREATE OR REPLACE TRIGGER hb_ledger_no_delete BEFORE DELETE ON store_ledger FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a ledger entry is never deleted');
CREATE OR REPLACE TRIGGER hb_ledger_no_truncate BEFORE TRUNCATE ON store_ledger
  FOR EACH STATEMENT EXECUTE FUNCTION hb_refuse('store_ledger is never emptied');
CREATE OR REPLACE TRIGGER hb_checkpoint_no_update BEFORE UPDATE ON store_checkpoint FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a checkpoint is never changed');
CREATE OR REPLACE TRIGGER hb_checkpoint_no_delete BEFORE DELETE ON store_checkpoint FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a checkpoint is never deleted');
CREATE OR REPLACE TRIGGER hb_checkpoint_no_truncate BEFORE TRUNCATE ON store_checkpoint
  FOR EACH STATEMENT EXECUTE FUNCTION hb_refuse('store_checkpoint is never emptied');
CREATE OR REPLACE TRIGGER hb_leaf_no_update BEFORE UPDATE ON store_tree_leaf FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a leaf of the tree is never changed');
CREATE OR REPLACE TRIGGER hb_leaf_no_delete BEFORE DELETE ON store_tree_leaf FOR EACH ROW
  EXECUTE FUNCTION hb_refuse('a leaf of the tree is never deleted');
CREATE OR REPLACE TRIGGER hb_leaf_no_truncate BEFORE TRUNCATE ON store_tree_leaf
  FOR EACH STATEMENT EXECUTE FUNCTION hb_refuse('store_tree_leaf is never emptied');
CREATE OR REPLACE TRIGGER hb_ledger_no_gap BEFORE INSERT ON store_ledger FOR EACH ROW
  WHEN (NEW.seq <> 1) EXECUTE FUNCTION hb_refuse_ledger_gap();
CREATE OR REPLACE TRIGGER hb_job_wake AFTER INSERT ON store_job FOR EACH ROW
  EXECUTE FUNCTION hb_wake();
