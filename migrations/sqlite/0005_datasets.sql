CREATE TABLE `datasets` (
	`uuid` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`description` text,
	`url` text NOT NULL,
	`install_path` text,
	`model_center_uuid` text NOT NULL,
	`size` integer NOT NULL,
	`system` integer NOT NULL,
	`create_date` integer NOT NULL,
	`last_op_date` integer NOT NULL,
	`token` text,
	`usage_scenarios` text NOT NULL,
	`data_type` text,
	`tag_uuids` text NOT NULL,
	FOREIGN KEY (`uuid`) REFERENCES `resources`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `datasets_by_age` ON `datasets` (`create_date`,`uuid`);--> statement-breakpoint
CREATE INDEX `datasets_by_name` ON `datasets` ("name" COLLATE NOCASE,`create_date`,`uuid`);--> statement-breakpoint
CREATE INDEX `datasets_by_center` ON `datasets` ("model_center_uuid" COLLATE NOCASE,`create_date`,`uuid`,`size`);