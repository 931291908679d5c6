-- What has been written to the audit log stays as it is (ASVS 16.4.2).
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'audit_events is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
--> statement-breakpoint
-- The distinct words of all names, kept by the database so that no way of writing a user forgets it.
-- In order, so that two statements that add the same words wait for each other instead of deadlocking.
CREATE FUNCTION collect_name_words(name_keys text[]) RETURNS void LANGUAGE sql AS $$
  INSERT INTO name_words (word)
  SELECT DISTINCT word COLLATE "C" FROM unnest(name_keys) AS name_key,
    regexp_split_to_table(name_key, '[ ''.-]+') AS word
  WHERE char_length(word) BETWEEN 2 AND 40
  ORDER BY 1
  ON CONFLICT DO NOTHING
$$;
--> statement-breakpoint
CREATE FUNCTION users_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM collect_name_words(array_agg(name_key::text)) FROM inserted;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE FUNCTION user_renamed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM collect_name_words(ARRAY[NEW.name_key::text]);
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER users_inserted AFTER INSERT ON users
  REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION users_inserted();
--> statement-breakpoint
CREATE TRIGGER user_renamed AFTER UPDATE OF name_key ON users
  FOR EACH ROW WHEN (OLD.name_key IS DISTINCT FROM NEW.name_key) EXECUTE FUNCTION user_renamed();
--> statement-breakpoint
-- Room on each page, so that a sign-in's time stamp does not touch the indexes (HOT update).
ALTER TABLE users SET (fillfactor = 85);
--> statement-breakpoint
-- Vacuumed at each hundredth row, so that most pages are known to be visible: a search along the names
-- (db/user_search.ts) then stays in the index.
ALTER TABLE users SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_insert_scale_factor = 0.01);
--> statement-breakpoint
ALTER TABLE sessions SET (fillfactor = 85);
--> statement-breakpoint
-- Counters of attempts: no write-ahead log, so no wait for the disk at every sign-in. A crash forgets them.
ALTER TABLE rate_limits SET UNLOGGED;
--> statement-breakpoint
-- Counts one attempt under each key, in their order, and stops behind the first that exceeds its limit: what
-- an address has too much of does not count against the account. One round trip, and one clock for all.
CREATE FUNCTION count_attempts(attempt_keys text[], limits int[], window_seconds int)
RETURNS TABLE (exceeded_key text, counted int) LANGUAGE plpgsql AS $$
BEGIN
  FOR i IN 1 .. array_length(attempt_keys, 1) LOOP
    INSERT INTO rate_limits AS counter (key) VALUES (attempt_keys[i])
    ON CONFLICT (key) DO UPDATE SET
      attempts = CASE WHEN counter.window_start > now() - make_interval(secs => window_seconds)
        THEN counter.attempts + 1 ELSE 1 END,
      window_start = CASE WHEN counter.window_start > now() - make_interval(secs => window_seconds)
        THEN counter.window_start ELSE now() END
    RETURNING attempts INTO counted;
    IF counted > limits[i] THEN
      exceeded_key := attempt_keys[i];
      RETURN NEXT;
      RETURN;
    END IF;
  END LOOP;
END $$;
