CREATE TABLE "model_service_instance_groups" (
	"uuid" text PRIMARY KEY NOT NULL,
	"model_service_uuid" text,
	"model_uuid" text,
	"model_service_type" text NOT NULL,
	"type" text NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"yaml" text NOT NULL,
	"create_date" bigint NOT NULL,
	"last_op_date" bigint NOT NULL,
	"zone_uuid" text NOT NULL,
	"vm_image_uuid" text,
	"docker_image" text,
	"primary_storage_uuid" text,
	"cpu_num" bigint,
	"request_cpu_num" bigint,
	"memory_size" bigint,
	"request_memory_size" bigint,
	"l3_network_uuids" text NOT NULL,
	"environment_variables" text NOT NULL,
	"startup_parameters" text NOT NULL,
	"service_livez" text,
	"service_readyz" text,
	"cluster_uuid" text,
	"root_disk_offering_uuid" text,
	"root_disk_size" bigint,
	"project_uuid" text,
	"service_bootup_time" bigint,
	"outcome" text NOT NULL,
	"ready_date" bigint NOT NULL,
	"tag_uuids" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_service_instances" (
	"position" bigint NOT NULL,
	"uuid" text PRIMARY KEY NOT NULL,
	"model_service_group_uuid" text NOT NULL,
	"name" text NOT NULL,
	"url" text,
	"url_maps" text,
	"internal_url" text,
	"vm_instance_uuid" text,
	"architecture" text,
	"create_date" bigint NOT NULL,
	"last_op_date" bigint NOT NULL,
	"outcome" text NOT NULL,
	"ready_date" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_service_group_dataset_refs" (
	"position" bigint NOT NULL,
	"uuid" text PRIMARY KEY NOT NULL,
	"model_service_instance_group_uuid" text NOT NULL,
	"dataset_uuid" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_service_group_refs" (
	"position" bigint NOT NULL,
	"uuid" text PRIMARY KEY NOT NULL,
	"model_service_instance_group_uuid" text NOT NULL,
	"used_group_uuid" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "model_service_instance_groups" ADD CONSTRAINT "model_service_instance_groups_uuid_resources_uuid_fk" FOREIGN KEY ("uuid") REFERENCES "public"."resources"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_instance_groups" ADD CONSTRAINT "model_service_instance_groups_model_service_uuid_model_services_uuid_fk" FOREIGN KEY ("model_service_uuid") REFERENCES "public"."model_services"("uuid") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_instance_groups" ADD CONSTRAINT "model_service_instance_groups_model_uuid_models_uuid_fk" FOREIGN KEY ("model_uuid") REFERENCES "public"."models"("uuid") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_instances" ADD CONSTRAINT "model_service_instances_model_service_group_uuid_model_service_instance_groups_uuid_fk" FOREIGN KEY ("model_service_group_uuid") REFERENCES "public"."model_service_instance_groups"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_group_dataset_refs" ADD CONSTRAINT "model_service_group_dataset_refs_model_service_instance_group_uuid_model_service_instance_groups_uuid_fk" FOREIGN KEY ("model_service_instance_group_uuid") REFERENCES "public"."model_service_instance_groups"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_group_dataset_refs" ADD CONSTRAINT "model_service_group_dataset_refs_dataset_uuid_datasets_uuid_fk" FOREIGN KEY ("dataset_uuid") REFERENCES "public"."datasets"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_group_refs" ADD CONSTRAINT "model_service_group_refs_model_service_instance_group_uuid_model_service_instance_groups_uuid_fk" FOREIGN KEY ("model_service_instance_group_uuid") REFERENCES "public"."model_service_instance_groups"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_group_refs" ADD CONSTRAINT "model_service_group_refs_used_group_uuid_model_service_instance_groups_uuid_fk" FOREIGN KEY ("used_group_uuid") REFERENCES "public"."model_service_instance_groups"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "model_service_instance_groups_by_age" ON "model_service_instance_groups" USING btree ("create_date","uuid");--> statement-breakpoint
CREATE INDEX "model_service_instance_groups_by_service" ON "model_service_instance_groups" USING btree ("model_service_uuid","create_date","uuid");--> statement-breakpoint
CREATE INDEX "model_service_instance_groups_by_model" ON "model_service_instance_groups" USING btree ("model_uuid");--> statement-breakpoint
CREATE INDEX "model_service_instances_by_group" ON "model_service_instances" USING btree ("model_service_group_uuid");--> statement-breakpoint
CREATE INDEX "model_service_group_dataset_refs_by_group" ON "model_service_group_dataset_refs" USING btree ("model_service_instance_group_uuid");--> statement-breakpoint
CREATE INDEX "model_service_group_dataset_refs_by_use" ON "model_service_group_dataset_refs" USING btree ("dataset_uuid");--> statement-breakpoint
CREATE INDEX "model_service_group_refs_by_group" ON "model_service_group_refs" USING btree ("model_service_instance_group_uuid");--> statement-breakpoint
CREATE INDEX "model_service_group_refs_by_use" ON "model_service_group_refs" USING btree ("used_group_uuid");