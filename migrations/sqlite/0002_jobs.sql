CREATE TABLE `hooks` (
	`job_uuid` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`attempts` integer NOT NULL,
	`pending` integer NOT NULL,
	`failure` text,
	FOREIGN KEY (`job_uuid`) REFERENCES `jobs`(`uuid`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `hooks_pending` ON `hooks` (`job_uuid`) WHERE "hooks"."pending" = 1;--> statement-breakpoint
CREATE TABLE `jobs` (
	`uuid` text PRIMARY KEY NOT NULL,
	`operation` text NOT NULL,
	`create_date` integer NOT NULL,
	`success` integer NOT NULL,
	`outcome` text NOT NULL
);
--> statement-breakpoint
CREATE INDEX `jobs_by_age` ON `jobs` (`create_date`);