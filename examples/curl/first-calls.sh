#!/usr/bin/env bash
# Logs in, adds a center, a model and a service, binds and finds them, shows an error, and removes everything again.
set -euo pipefail

API=${AIOS_URL:-http://127.0.0.1:8080}/zstack/v1
PASSWORD=${AIOS_PASSWORD:-password}
session=none

# call METHOD PATH [BODY]: prints the answer; fails, with the answer on standard error, unless the status is 200.
call() {
  local answer
  answer=$(curl -sS --fail-with-body -X "$1" "$API$2" -H "Authorization: OAuth $session" \
    -H 'Content-Type: application/json' ${3:+--data "$3"}) || {
    echo "$1 $2: $answer" >&2
    return 1
  }
  printf '%s\n' "$answer"
}

# The UUID of the resource in an answer.
uuid() { sed -n 's/.*"inventory":{"uuid":"\([0-9a-f]*\)".*/\1/p'; }

# The password travels as its SHA-512, in lower-case hexadecimal digits.
digest=$(printf %s "$PASSWORD" | (sha512sum 2>/dev/null || shasum -a 512) | cut -d ' ' -f 1)
session=$(call PUT /accounts/login \
  "{\"logInByAccount\": {\"accountName\": \"admin\", \"password\": \"$digest\"}}" | uuid)
echo 'logged in as admin'

center=$(call POST /ai/model-centers '{"param": {"name": "center", "url": "nfs://192.168.10.12/ai",
  "managementIp": "192.168.10.12", "managementPort": 8989}}' | uuid)
echo "added the center $center"
model=$(call POST /ai/models "{\"param\": {\"name\": \"Qwen\", \"installPath\": \"/ai/Qwen\",
  \"modelCenterUuid\": \"$center\"}}" | uuid)
echo "added the model $model"
service=$(call POST /ai/model-services "{\"param\": {\"name\": \"chat\", \"yaml\": \"services: []\",
  \"requestCpu\": 4, \"requestMemory\": 8192, \"installPath\": \"/ai/chat\",
  \"startCommand\": \"python3 app.py\", \"modelCenterUuid\": \"$center\"}}" | uuid)
echo "added the service $service"

call POST "/ai/models/$model/model-services/$service" >/dev/null
found=$(call GET "/ai/model-services?q=modelServiceRefs.modelUuid=$model&q=requestCpu%3E=4&fields=uuid,name")
[ "$found" = "{\"success\":true,\"inventories\":[{\"uuid\":\"$service\",\"name\":\"chat\"}]}" ] || {
  echo "unexpected services: $found" >&2
  exit 1
}
echo 'bound them, and found the service chat by its model'

# A center with models is not deleted.
if rejected=$(call DELETE "/ai/model-centers/$center" 2>&1); then
  echo 'the center was deleted with its model' >&2
  exit 1
fi
[[ $rejected == *'"code":"SYS.1006"'* ]] || {
  echo "unexpected error: $rejected" >&2
  exit 1
}
echo "the server answered $(sed 's/.*"code":"\([^"]*\)".*"details":"\([^"]*\)".*/\1: \2/' <<<"$rejected" | tail -n 1)"

call DELETE "/ai/model-services/$service" >/dev/null
call DELETE "/ai/models/$model" >/dev/null
call DELETE "/ai/model-centers/$center" >/dev/null
call DELETE "/accounts/sessions/$session" >/dev/null
echo 'removed everything'
