CREATE TABLE `snapshots` (
	`name` text PRIMARY KEY NOT NULL,
	`create_date` integer NOT NULL,
	`bytes` integer NOT NULL,
	`state` text NOT NULL
);
