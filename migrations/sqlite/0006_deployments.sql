CREATE TABLE `model_service_instance_groups` (
	`uuid` text PRIMARY KEY NOT NULL,
	`model_service_uuid` text,
	`model_uuid` text,
	`model_service_type` text NOT NULL,
	`type` text NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`yaml` text NOT NULL,
	`create_date` integer NOT NULL,
	`last_op_date` integer NOT NULL,
	`zone_uuid` text NOT NULL,
	`vm_image_uuid` text,
	`docker_image` text,
	`primary_storage_uuid` text,
	`cpu_num` integer,
	`request_cpu_num` integer,
	`memory_size` integer,
	`request_memory_size` integer,
	`l3_network_uuids` text NOT NULL,
	`environment_variables` text NOT NULL,
	`startup_parameters` text NOT NULL,
	`service_livez` text,
	`service_readyz` text,
	`cluster_uuid` text,
	`root_disk_offering_uuid` text,
	`root_disk_size` integer,
	`project_uuid` text,
	`service_bootup_time` integer,
	`outcome` text NOT NULL,
	`ready_date` integer NOT NULL,
	`tag_uuids` text NOT NULL,
	FOREIGN KEY (`uuid`) REFERENCES `resources`(`uuid`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`model_service_uuid`) REFERENCES `model_services`(`uuid`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`model_uuid`) REFERENCES `models`(`uuid`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `model_service_instance_groups_by_age` ON `model_service_instance_groups` (`create_date`,`uuid`);--> statement-breakpoint
CREATE INDEX `model_service_instance_groups_by_service` ON `model_service_instance_groups` (`model_service_uuid`,`create_date`,`uuid`);--> statement-breakpoint
CREATE INDEX `model_service_instance_groups_by_model` ON `model_service_instance_groups` (`model_uuid`);--> statement-breakpoint
CREATE TABLE `model_service_instances` (
	`position` integer PRIMARY KEY NOT NULL,
	`uuid` text NOT NULL,
	`model_service_group_uuid` text NOT NULL,
	`name` text NOT NULL,
	`url` text,
	`url_maps` text,
	`internal_url` text,
	`vm_instance_uuid` text,
	`architecture` text,
	`create_date` integer NOT NULL,
	`last_op_date` integer NOT NULL,
	`outcome` text NOT NULL,
	`ready_date` integer NOT NULL,
	FOREIGN KEY (`model_service_group_uuid`) REFERENCES `model_service_instance_groups`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `model_service_instances_uuid_unique` ON `model_service_instances` (`uuid`);--> statement-breakpoint
CREATE INDEX `model_service_instances_by_group` ON `model_service_instances` (`model_service_group_uuid`);--> statement-breakpoint
CREATE TABLE `model_service_group_dataset_refs` (
	`position` integer PRIMARY KEY NOT NULL,
	`uuid` text NOT NULL,
	`model_service_instance_group_uuid` text NOT NULL,
	`dataset_uuid` text NOT NULL,
	FOREIGN KEY (`model_service_instance_group_uuid`) REFERENCES `model_service_instance_groups`(`uuid`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`dataset_uuid`) REFERENCES `datasets`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `model_service_group_dataset_refs_uuid_unique` ON `model_service_group_dataset_refs` (`uuid`);--> statement-breakpoint
CREATE INDEX `model_service_group_dataset_refs_by_group` ON `model_service_group_dataset_refs` (`model_service_instance_group_uuid`);--> statement-breakpoint
CREATE INDEX `model_service_group_dataset_refs_by_use` ON `model_service_group_dataset_refs` (`dataset_uuid`);--> statement-breakpoint
CREATE TABLE `model_service_group_refs` (
	`position` integer PRIMARY KEY NOT NULL,
	`uuid` text NOT NULL,
	`model_service_instance_group_uuid` text NOT NULL,
	`used_group_uuid` text NOT NULL,
	FOREIGN KEY (`model_service_instance_group_uuid`) REFERENCES `model_service_instance_groups`(`uuid`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`used_group_uuid`) REFERENCES `model_service_instance_groups`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `model_service_group_refs_uuid_unique` ON `model_service_group_refs` (`uuid`);--> statement-breakpoint
CREATE INDEX `model_service_group_refs_by_group` ON `model_service_group_refs` (`model_service_instance_group_uuid`);--> statement-breakpoint
CREATE INDEX `model_service_group_refs_by_use` ON `model_service_group_refs` (`used_group_uuid`);