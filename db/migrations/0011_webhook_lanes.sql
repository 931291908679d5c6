DROP INDEX "webhook_deliveries_due";--> statement-breakpoint
CREATE INDEX "webhook_deliveries_due" ON "webhook_deliveries" USING btree ("webhook_id","due_at") WHERE state = 'queued';--> statement-breakpoint
-- Under lock, so that an event that comes as a webhook is removed waits and goes on without it: the foreign key would fail the event.
CREATE OR REPLACE FUNCTION queue_webhook_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO webhook_deliveries (webhook_id, event_id)
  SELECT id, NEW.id FROM webhooks WHERE active AND events ? NEW.event FOR KEY SHARE;
  RETURN NULL;
END $$;
