CREATE TABLE "snapshots" (
	"name" text PRIMARY KEY NOT NULL,
	"create_date" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"state" text NOT NULL
);
