UPDATE models SET
  min_gpu_memory = coalesce(min_gpu_memory, size + extra_gpu_mem_request),
  recommended_gpu_memory = coalesce(recommended_gpu_memory, size + extra_gpu_mem_request)
WHERE size > 0 AND size <= 9007199254740991 - extra_gpu_mem_request;
--> statement-breakpoint
-- What follows the last '_' of the path: rtrim removes the characters of the path other than '_' from its end.
UPDATE model_services SET
  version = substr(install_path, length(rtrim(install_path, replace(install_path, '_', ''))) + 1)
WHERE version IS NULL AND type = 'App'
  AND install_path GLOB '*_[0-9]*'
  AND substr(install_path, length(rtrim(install_path, replace(install_path, '_', ''))) + 1) NOT GLOB '*/*'
  AND substr(install_path, length(rtrim(install_path, replace(install_path, '_', ''))) + 1) GLOB '[0-9]*'
  AND ltrim(
    substr(install_path, length(rtrim(install_path, replace(install_path, '_', ''))) + 1), '0123456789'
  ) GLOB '.[0-9]*';
