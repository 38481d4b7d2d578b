"""The calls of first_calls.py with the library requests: pip install requests; python3 first_calls_requests.py"""

import hashlib
import os

import requests

API = os.environ.get("AIOS_URL", "http://127.0.0.1:8080") + "/zstack/v1"
PASSWORD = os.environ.get("AIOS_PASSWORD", "password")

http = requests.Session()


def call(method, path, **options):
    """The body of an answer; raises requests.HTTPError with the server's sentence unless the status is 200."""
    response = http.request(method, API + path, timeout=30, **options)
    body = response.json()
    if response.status_code != 200:
        error = body["error"]
        message = f"{response.status_code} {error['code']}: {error.get('details', error['description'])}"
        raise requests.HTTPError(message, response=response)
    return body


def add(kind, **param):
    return call("POST", f"/ai/{kind}", json={"param": param})["inventory"]["uuid"]


# The password travels as its SHA-512, in lower-case hexadecimal digits.
digest = hashlib.sha512(PASSWORD.encode()).hexdigest()
login = call("PUT", "/accounts/login", json={"logInByAccount": {"accountName": "admin", "password": digest}})
session = login["inventory"]["uuid"]
http.headers["Authorization"] = f"OAuth {session}"
print("logged in as admin")

center = add(
    "model-centers", name="center", url="nfs://192.168.10.12/ai", managementIp="192.168.10.12", managementPort=8989
)
print("added the center", center)
model = add("models", name="Qwen", installPath="/ai/Qwen", modelCenterUuid=center)
print("added the model", model)
service = add(
    "model-services",
    name="chat",
    yaml="services: []",
    requestCpu=4,
    requestMemory=8192,
    installPath="/ai/chat",
    startCommand="python3 app.py",
    modelCenterUuid=center,
)
print("added the service", service)

call("POST", f"/ai/models/{model}/model-services/{service}")
# A list becomes q=…&q=…: all conditions must hold.
conditions = {"q": [f"modelServiceRefs.modelUuid={model}", "requestCpu>=4"], "fields": "uuid,name"}
found = call("GET", "/ai/model-services", params=conditions)["inventories"]
if found != [{"uuid": service, "name": "chat"}]:
    raise SystemExit(f"unexpected services: {found}")
print("bound them, and found the service chat by its model")

# A center with models is not deleted.
try:
    call("DELETE", f"/ai/model-centers/{center}")
except requests.HTTPError as error:
    if error.response.json()["error"]["code"] != "SYS.1006":
        raise
    print("the server answered", error)
else:
    raise SystemExit("the center was deleted with its model")

for path in (f"model-services/{service}", f"models/{model}", f"model-centers/{center}"):
    call("DELETE", f"/ai/{path}")
call("DELETE", f"/accounts/sessions/{session}")
print("removed everything")
