CREATE TABLE "kept_forms" (
	"browser_hash" text NOT NULL,
	"user_id" uuid NOT NULL,
	"path" text NOT NULL,
	"fields" text NOT NULL,
	"kept_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "kept_forms_user_id_browser_hash_path_pk" PRIMARY KEY("user_id","browser_hash","path")
);
--> statement-breakpoint
ALTER TABLE "kept_forms" ADD CONSTRAINT "kept_forms_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;