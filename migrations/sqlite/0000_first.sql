CREATE TABLE `model_service_images` (
	`position` integer PRIMARY KEY NOT NULL,
	`uuid` text NOT NULL,
	`model_service_uuid` text NOT NULL,
	`cpu_architecture` text NOT NULL,
	`vm_image_uuid` text,
	`docker_image` text,
	`create_date` integer NOT NULL,
	`last_op_date` integer NOT NULL,
	FOREIGN KEY (`model_service_uuid`) REFERENCES `model_services`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `model_service_images_uuid_unique` ON `model_service_images` (`uuid`);--> statement-breakpoint
CREATE INDEX `model_service_images_by_service` ON `model_service_images` (`model_service_uuid`);--> statement-breakpoint
CREATE TABLE `model_service_refs` (
	`position` integer PRIMARY KEY NOT NULL,
	`uuid` text NOT NULL,
	`model_uuid` text NOT NULL,
	`model_service_uuid` text NOT NULL,
	`is_default` integer NOT NULL,
	FOREIGN KEY (`model_uuid`) REFERENCES `models`(`uuid`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`model_service_uuid`) REFERENCES `model_services`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `model_service_refs_uuid_unique` ON `model_service_refs` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `model_service_refs_once` ON `model_service_refs` (`model_uuid`,`model_service_uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `model_service_refs_one_default` ON `model_service_refs` (`model_uuid`) WHERE "model_service_refs"."is_default" = 1;--> statement-breakpoint
CREATE INDEX `model_service_refs_by_service` ON `model_service_refs` (`model_service_uuid`);--> statement-breakpoint
CREATE TABLE `model_services` (
	`uuid` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`readme` text,
	`yaml` text NOT NULL,
	`request_cpu` integer NOT NULL,
	`request_memory` integer NOT NULL,
	`model_center_uuid` text NOT NULL,
	`zone_uuid` text,
	`type` text NOT NULL,
	`framework` text NOT NULL,
	`source` text NOT NULL,
	`size` integer NOT NULL,
	`system` integer NOT NULL,
	`has_new_version` integer NOT NULL,
	`gpu_compute_capability` text,
	`install_path` text NOT NULL,
	`python_version` text,
	`conda_version` text,
	`version` text,
	`start_command` text NOT NULL,
	`container_command` text,
	`container_args` text,
	`support_distributed` integer NOT NULL,
	`cpu_architectures` text NOT NULL,
	`vendor_to_spec_uuids_map` text NOT NULL,
	`tag_uuids` text NOT NULL,
	`create_date` integer NOT NULL,
	`last_op_date` integer NOT NULL,
	FOREIGN KEY (`uuid`) REFERENCES `resources`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `model_services_by_age` ON `model_services` (`create_date`,`uuid`);--> statement-breakpoint
CREATE TABLE `models` (
	`uuid` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`install_path` text NOT NULL,
	`parameters` text,
	`model_center_uuid` text NOT NULL,
	`token` text,
	`logo` text,
	`vendor` text,
	`model_id` text NOT NULL,
	`introduction` text,
	`size` integer NOT NULL,
	`version` text,
	`type` text NOT NULL,
	`min_gpu_memory` integer,
	`recommended_gpu_memory` integer,
	`recommended_gpu_num` text NOT NULL,
	`gpu_constraint_description` text,
	`version_semver` text,
	`is_latest_version` integer NOT NULL,
	`artifact_checksum` text,
	`artifact_size_bytes` integer,
	`architecture_type` text,
	`framework_version` text,
	`required_accelerator` text,
	`pipeline_tag` text,
	`extra_gpu_mem_request` integer NOT NULL,
	`sample_size` integer NOT NULL,
	`share_mode` text,
	`tag_uuids` text NOT NULL,
	`create_date` integer NOT NULL,
	`last_op_date` integer NOT NULL,
	FOREIGN KEY (`uuid`) REFERENCES `resources`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `models_by_age` ON `models` (`create_date`,`uuid`);--> statement-breakpoint
CREATE TABLE `resources` (
	`uuid` text PRIMARY KEY NOT NULL,
	`type` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `sessions` (
	`uuid` text PRIMARY KEY NOT NULL,
	`account_uuid` text NOT NULL,
	`user_uuid` text NOT NULL,
	`create_date` integer NOT NULL,
	`expired_date` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sessions_by_expiry` ON `sessions` (`expired_date`);--> statement-breakpoint
CREATE TABLE `tags` (
	`position` integer PRIMARY KEY NOT NULL,
	`uuid` text NOT NULL,
	`resource_uuid` text NOT NULL,
	`resource_type` text NOT NULL,
	`tag` text NOT NULL,
	`type` text NOT NULL,
	`create_date` integer NOT NULL,
	`last_op_date` integer NOT NULL,
	FOREIGN KEY (`resource_uuid`) REFERENCES `resources`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tags_uuid_unique` ON `tags` (`uuid`);--> statement-breakpoint
CREATE UNIQUE INDEX `tags_once` ON `tags` (`resource_uuid`,`type`,`tag`);