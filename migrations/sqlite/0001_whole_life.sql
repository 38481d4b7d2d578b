CREATE TABLE `model_centers` (
	`uuid` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`url` text NOT NULL,
	`status` text NOT NULL,
	`parameters` text,
	`management_ip` text NOT NULL,
	`management_port` integer NOT NULL,
	`zone_uuid` text,
	`storage_network_uuid` text,
	`service_network_uuid` text,
	`container_registry` text,
	`container_storage_network` text,
	`container_network` text,
	`tag_uuids` text NOT NULL,
	`create_date` integer NOT NULL,
	`last_op_date` integer NOT NULL,
	FOREIGN KEY (`uuid`) REFERENCES `resources`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `model_centers_by_age` ON `model_centers` (`create_date`,`uuid`);--> statement-breakpoint
CREATE TABLE `passwords` (
	`account_uuid` text PRIMARY KEY NOT NULL,
	`hash` text NOT NULL
);
--> statement-breakpoint
ALTER TABLE `models` ADD `model_classifications` text DEFAULT '[]' NOT NULL;--> statement-breakpoint
CREATE INDEX `models_by_name` ON `models` ("name" COLLATE NOCASE,`create_date`,`uuid`);--> statement-breakpoint
CREATE INDEX `models_by_center` ON `models` ("model_center_uuid" COLLATE NOCASE,`create_date`,`uuid`,`size`);--> statement-breakpoint
ALTER TABLE `tags` ADD `inherent` integer DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX `tags_by_text` ON `tags` ("tag" COLLATE NOCASE,`resource_uuid`);--> statement-breakpoint
CREATE INDEX `tags_by_age` ON `tags` (`create_date`,`uuid`);--> statement-breakpoint
CREATE INDEX `model_services_by_name` ON `model_services` ("name" COLLATE NOCASE,`create_date`,`uuid`);--> statement-breakpoint
CREATE INDEX `model_services_by_center` ON `model_services` ("model_center_uuid" COLLATE NOCASE,`create_date`,`uuid`,`size`);