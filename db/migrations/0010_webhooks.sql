-- Events go to whoever asked for them, queued with the event: no way of recording one forgets it. Under lock, so that
-- an event that comes as a webhook is removed waits and goes on without it: the foreign key would fail the event.
CREATE FUNCTION queue_webhook_deliveries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO webhook_deliveries (webhook_id, event_id)
  SELECT id, NEW.id FROM webhooks WHERE active AND events ? NEW.event FOR KEY SHARE;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER audit_events_to_webhooks AFTER INSERT ON audit_events
  FOR EACH ROW EXECUTE FUNCTION queue_webhook_deliveries();
