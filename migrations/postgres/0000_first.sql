CREATE TABLE "control" (
	"id" bigint PRIMARY KEY NOT NULL,
	"state" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "hooks" (
	"job_uuid" text PRIMARY KEY NOT NULL,
	"url" text NOT NULL,
	"attempts" bigint NOT NULL,
	"pending" boolean NOT NULL,
	"failure" text,
	"claimed_by" text NOT NULL,
	"claimed_until" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"uuid" text PRIMARY KEY NOT NULL,
	"operation" text NOT NULL,
	"create_date" bigint NOT NULL,
	"success" boolean NOT NULL,
	"outcome" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_centers" (
	"uuid" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"url" text NOT NULL,
	"status" text NOT NULL,
	"parameters" text,
	"management_ip" text NOT NULL,
	"management_port" bigint NOT NULL,
	"zone_uuid" text,
	"storage_network_uuid" text,
	"service_network_uuid" text,
	"container_registry" text,
	"container_storage_network" text,
	"container_network" text,
	"tag_uuids" text NOT NULL,
	"create_date" bigint NOT NULL,
	"last_op_date" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_service_images" (
	"position" bigint NOT NULL,
	"uuid" text PRIMARY KEY NOT NULL,
	"model_service_uuid" text NOT NULL,
	"cpu_architecture" text NOT NULL,
	"vm_image_uuid" text,
	"docker_image" text,
	"create_date" bigint NOT NULL,
	"last_op_date" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_service_refs" (
	"position" bigint NOT NULL,
	"uuid" text PRIMARY KEY NOT NULL,
	"model_uuid" text NOT NULL,
	"model_service_uuid" text NOT NULL,
	"is_default" boolean NOT NULL
);
--> statement-breakpoint
CREATE TABLE "model_services" (
	"uuid" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"readme" text,
	"yaml" text NOT NULL,
	"request_cpu" bigint NOT NULL,
	"request_memory" bigint NOT NULL,
	"model_center_uuid" text NOT NULL,
	"zone_uuid" text,
	"type" text NOT NULL,
	"framework" text NOT NULL,
	"source" text NOT NULL,
	"size" bigint NOT NULL,
	"system" boolean NOT NULL,
	"has_new_version" boolean NOT NULL,
	"gpu_compute_capability" text,
	"install_path" text NOT NULL,
	"python_version" text,
	"conda_version" text,
	"version" text,
	"start_command" text NOT NULL,
	"container_command" text,
	"container_args" text,
	"support_distributed" boolean NOT NULL,
	"cpu_architectures" text NOT NULL,
	"vendor_to_spec_uuids_map" text NOT NULL,
	"tag_uuids" text NOT NULL,
	"create_date" bigint NOT NULL,
	"last_op_date" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "models" (
	"uuid" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"install_path" text NOT NULL,
	"parameters" text,
	"model_center_uuid" text NOT NULL,
	"token" text,
	"logo" text,
	"vendor" text,
	"model_id" text NOT NULL,
	"introduction" text,
	"size" bigint NOT NULL,
	"version" text,
	"type" text NOT NULL,
	"min_gpu_memory" bigint,
	"recommended_gpu_memory" bigint,
	"recommended_gpu_num" text NOT NULL,
	"gpu_constraint_description" text,
	"version_semver" text,
	"is_latest_version" boolean NOT NULL,
	"artifact_checksum" text,
	"artifact_size_bytes" bigint,
	"architecture_type" text,
	"framework_version" text,
	"required_accelerator" text,
	"pipeline_tag" text,
	"extra_gpu_mem_request" bigint NOT NULL,
	"sample_size" bigint NOT NULL,
	"share_mode" text,
	"model_classifications" text NOT NULL,
	"tag_uuids" text NOT NULL,
	"create_date" bigint NOT NULL,
	"last_op_date" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "passwords" (
	"account_uuid" text PRIMARY KEY NOT NULL,
	"hash" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "refused_jobs" (
	"uuid" text PRIMARY KEY NOT NULL,
	"create_date" bigint NOT NULL,
	"failure" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "resources" (
	"uuid" text PRIMARY KEY NOT NULL,
	"type" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"uuid" text PRIMARY KEY NOT NULL,
	"account_uuid" text NOT NULL,
	"user_uuid" text NOT NULL,
	"create_date" bigint NOT NULL,
	"expired_date" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"position" bigint NOT NULL,
	"uuid" text PRIMARY KEY NOT NULL,
	"resource_uuid" text NOT NULL,
	"resource_type" text NOT NULL,
	"tag" text NOT NULL,
	"type" text NOT NULL,
	"inherent" boolean NOT NULL,
	"create_date" bigint NOT NULL,
	"last_op_date" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "hooks" ADD CONSTRAINT "hooks_job_uuid_jobs_uuid_fk" FOREIGN KEY ("job_uuid") REFERENCES "public"."jobs"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_centers" ADD CONSTRAINT "model_centers_uuid_resources_uuid_fk" FOREIGN KEY ("uuid") REFERENCES "public"."resources"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_images" ADD CONSTRAINT "model_service_images_model_service_uuid_model_services_uuid_fk" FOREIGN KEY ("model_service_uuid") REFERENCES "public"."model_services"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_refs" ADD CONSTRAINT "model_service_refs_model_uuid_models_uuid_fk" FOREIGN KEY ("model_uuid") REFERENCES "public"."models"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_service_refs" ADD CONSTRAINT "model_service_refs_model_service_uuid_model_services_uuid_fk" FOREIGN KEY ("model_service_uuid") REFERENCES "public"."model_services"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "model_services" ADD CONSTRAINT "model_services_uuid_resources_uuid_fk" FOREIGN KEY ("uuid") REFERENCES "public"."resources"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "models" ADD CONSTRAINT "models_uuid_resources_uuid_fk" FOREIGN KEY ("uuid") REFERENCES "public"."resources"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_resource_uuid_resources_uuid_fk" FOREIGN KEY ("resource_uuid") REFERENCES "public"."resources"("uuid") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "hooks_pending" ON "hooks" USING btree ("claimed_until") WHERE "hooks"."pending";--> statement-breakpoint
CREATE INDEX "jobs_by_age" ON "jobs" USING btree ("create_date");--> statement-breakpoint
CREATE INDEX "model_centers_by_age" ON "model_centers" USING btree ("create_date","uuid");--> statement-breakpoint
CREATE INDEX "model_service_images_by_service" ON "model_service_images" USING btree ("model_service_uuid");--> statement-breakpoint
CREATE UNIQUE INDEX "model_service_refs_once" ON "model_service_refs" USING btree ("model_uuid","model_service_uuid");--> statement-breakpoint
CREATE UNIQUE INDEX "model_service_refs_one_default" ON "model_service_refs" USING btree ("model_uuid") WHERE "model_service_refs"."is_default";--> statement-breakpoint
CREATE INDEX "model_service_refs_by_service" ON "model_service_refs" USING btree ("model_service_uuid");--> statement-breakpoint
CREATE INDEX "model_services_by_age" ON "model_services" USING btree ("create_date","uuid");--> statement-breakpoint
CREATE INDEX "model_services_by_name" ON "model_services" USING btree (translate("name", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),"create_date","uuid");--> statement-breakpoint
CREATE INDEX "model_services_by_center" ON "model_services" USING btree (translate("model_center_uuid", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),"create_date","uuid","size");--> statement-breakpoint
CREATE INDEX "models_by_age" ON "models" USING btree ("create_date","uuid");--> statement-breakpoint
CREATE INDEX "models_by_name" ON "models" USING btree (translate("name", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),"create_date","uuid");--> statement-breakpoint
CREATE INDEX "models_by_center" ON "models" USING btree (translate("model_center_uuid", 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'),"create_date","uuid","size");--> statement-breakpoint
CREATE INDEX "refused_jobs_by_age" ON "refused_jobs" USING btree ("create_date");--> statement-breakpoint
CREATE INDEX "sessions_by_expiry" ON "sessions" USING btree ("expired_date");--> statement-breakpoint
CREATE UNIQUE INDEX "tags_once" ON "tags" USING btree ("resource_uuid","type",md5("tag"));--> statement-breakpoint
CREATE INDEX "tags_by_age" ON "tags" USING btree ("create_date","uuid");