-- What no reader of the log could bear is refused. Rows that are there already stay as they are, since the log may
-- hold forged ones: so the checks aren't validated, and every reader still bears such rows (db/audit_columns.ts).
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_at" CHECK (at >= '1970-01-01T00:00:00Z' and at < '10000-01-01T00:00:00Z') NOT VALID;--> statement-breakpoint
ALTER TABLE "audit_events" ADD CONSTRAINT "audit_events_detail" CHECK (jsonb_typeof(detail) = 'object' and not jsonb_path_exists(detail, '$.**{16}')) NOT VALID;
