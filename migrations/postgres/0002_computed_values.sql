UPDATE models SET
  min_gpu_memory = coalesce(min_gpu_memory, size + extra_gpu_mem_request),
  recommended_gpu_memory = coalesce(recommended_gpu_memory, size + extra_gpu_mem_request)
WHERE size > 0 AND size <= 9007199254740991 - extra_gpu_mem_request;
--> statement-breakpoint
UPDATE model_services SET version = substring(install_path from '_([0-9]+[.][0-9][^_/]*)$')
WHERE version IS NULL AND type = 'App' AND install_path ~ '_[0-9]+[.][0-9][^_/]*$';
