-- What usernames look like (db/look_alikes.ts). The program fills the column for older users at its start.
ALTER TABLE "users" ADD COLUMN "username_look" text collate "C";--> statement-breakpoint
CREATE INDEX "users_look" ON "users" USING btree (coalesce(username_look, replace(translate(username_key, 'i01', 'lol'), 'm', 'rn')));--> statement-breakpoint
CREATE INDEX "users_without_look" ON "users" USING btree ("id") WHERE username_look is null and octet_length(username_key) > char_length(username_key);