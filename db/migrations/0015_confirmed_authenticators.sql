ALTER TABLE "devices" ADD COLUMN "created_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "passkeys" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "passkeys" ADD COLUMN "user_agent" text;--> statement-breakpoint
ALTER TABLE "passwords" ADD COLUMN "known_to_others_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "recovery_codes" ADD COLUMN "created_at" timestamp with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "totps" ADD COLUMN "address" text;--> statement-breakpoint
ALTER TABLE "totps" ADD COLUMN "user_agent" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "authenticators_suspended" text;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_suspension_known" CHECK (authenticators_suspended in ('password_reset', 'permission_gained', 'frozen'));--> statement-breakpoint
-- A set's ids are UUIDv7: they tell when it was made.
UPDATE recovery_codes SET created_at = to_timestamp(('x' || lpad(substr(replace(id::text, '-', ''), 1, 12), 16, '0'))::bit(64)::bigint / 1000.0);--> statement-breakpoint
-- A browser that was known before may be as young as its last sign-in.
UPDATE devices SET created_at = last_seen_at;--> statement-breakpoint
UPDATE passwords SET known_to_others_since = set_at WHERE set_by IS DISTINCT FROM user_id;--> statement-breakpoint
-- A password of the user's own may be the successor of one that staff set: the audit log tells, unless a link came after.
UPDATE passwords SET known_to_others_since = least(known_to_others_since, told.since)
FROM (
  SELECT given.subject_id, min(given.at) AS since
  FROM audit_events given
  WHERE given.event = 'authn_password_set' AND NOT EXISTS (
    SELECT 1 FROM audit_events taken_back
    WHERE taken_back.subject_id = given.subject_id AND taken_back.event = 'authn_password_reset'
      AND taken_back.id > given.id
  )
  GROUP BY given.subject_id
) told
WHERE told.subject_id = passwords.user_id;--> statement-breakpoint
-- Reports that nobody has settled: as if they were made now. Where staff have opened the account, the app is still asked for.
DELETE FROM recovery_codes WHERE user_id IN (SELECT user_id FROM reports WHERE closed_at IS NULL);--> statement-breakpoint
UPDATE users SET authenticators_suspended = CASE WHEN disabled_at IS NULL THEN 'password_reset' ELSE 'frozen' END
WHERE id IN (SELECT user_id FROM reports WHERE closed_at IS NULL)
  AND (EXISTS (SELECT 1 FROM passkeys WHERE passkeys.user_id = users.id)
    OR EXISTS (SELECT 1 FROM totps WHERE totps.user_id = users.id AND totps.confirmed_at IS NOT NULL));
