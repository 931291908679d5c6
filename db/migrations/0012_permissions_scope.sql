-- Setting permissions takes a scope of its own, permissions:write. No token gets it by itself: owners of tokens that
-- could do it until now, or could take over a holder of a permission, are told by mail, once each, with the tokens' names.
INSERT INTO mails (id, kind, user_id, facts)
SELECT
  -- UUIDv7 (RFC 9562, 5.7), which PostgreSQL 15 does not make
  encode(set_bit(set_bit(overlay(uuid_send(gen_random_uuid()) placing
    substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) FROM 1 FOR 6), 52, 1), 53, 1), 'hex')::uuid,
  'api_token_narrowed',
  owner_id,
  jsonb_build_object(
    'tokens', string_agg(name, ', ' ORDER BY created_at),
    'at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
FROM api_tokens
WHERE revoked_at IS NULL AND expires_at > now()
  AND scopes ?| ARRAY['users:write', 'passwords:set']
  AND EXISTS (SELECT 1 FROM permissions WHERE user_id = owner_id AND permission IN ('administration', 'user_management'))
GROUP BY owner_id;
--> statement-breakpoint
-- Answers that were kept until now may hold a token or a generated password.
DELETE FROM idempotent_answers;
