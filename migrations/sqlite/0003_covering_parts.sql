DROP INDEX `model_service_images_by_service`;--> statement-breakpoint
CREATE INDEX `model_service_images_by_service` ON `model_service_images` (`model_service_uuid`,`uuid`,`cpu_architecture`,`vm_image_uuid`,`docker_image`,`create_date`,`last_op_date`);--> statement-breakpoint
DROP INDEX `model_service_refs_by_service`;--> statement-breakpoint
CREATE INDEX `model_service_refs_by_service` ON `model_service_refs` (`model_service_uuid`,`uuid`,`model_uuid`,`is_default`);