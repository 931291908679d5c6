-- A window that begins in the future was opened under a wrong clock, or the clock was set back since: it starts anew,
-- or its key would be locked out until the clock comes there again. The minute is that of db/clocks.ts.
CREATE OR REPLACE FUNCTION count_attempts(attempt_keys text[], limits int[], window_seconds int)
RETURNS TABLE (exceeded_key text, counted int) LANGUAGE plpgsql AS $$
DECLARE
  oldest timestamptz := now() - make_interval(secs => window_seconds);
  newest timestamptz := now() + interval '1 minute';
BEGIN
  FOR i IN 1 .. array_length(attempt_keys, 1) LOOP
    INSERT INTO rate_limits AS counter (key) VALUES (attempt_keys[i])
    ON CONFLICT (key) DO UPDATE SET
      attempts = CASE WHEN counter.window_start > oldest AND counter.window_start <= newest
        THEN counter.attempts + 1 ELSE 1 END,
      window_start = CASE WHEN counter.window_start > oldest AND counter.window_start <= newest
        THEN counter.window_start ELSE now() END
    RETURNING attempts INTO counted;
    IF counted > limits[i] THEN
      exceeded_key := attempt_keys[i];
      RETURN NEXT;
      RETURN;
    END IF;
  END LOOP;
END $$;
