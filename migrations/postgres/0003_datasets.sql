CREATE TABLE "datasets" (
	"uuid" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"url" text NOT NULL,
	"install_path" text,
	"model_center_uuid" text NOT NULL,
	"size" bigint NOT NULL,
	"system" boolean NOT NULL,
	"create_date" bigint NOT NULL,
	"last_op_date" bigint NOT NULL,
	"token" text,
	"usage_scenarios" text NOT NULL,
	"data_type" text,
	"tag_uuids" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "datasets" ADD CONSTRAINT "datasets_uuid_resources_uuid_fk" FOREIGN KEY ("uuid") REFERENCES "public"."resources"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "datasets_by_age" ON "datasets" USING btree ("create_date","uuid");--> statement-breakpoint
CREATE INDEX "datasets_by_name" ON "datasets" USING btree (translate("name", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),"create_date","uuid");--> statement-breakpoint
CREATE INDEX "datasets_by_center" ON "datasets" USING btree (translate("model_center_uuid", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),"create_date","uuid","size");