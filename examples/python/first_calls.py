"""Logs in, adds a center, a model and a service, binds and finds them, shows an error, and removes everything again.

Python 3.9 or later, standard library only: python3 first_calls.py
"""

import hashlib
import json
import os
import urllib.error
import urllib.parse
import urllib.request

API = os.environ.get("AIOS_URL", "http://127.0.0.1:8080") + "/zstack/v1"
PASSWORD = os.environ.get("AIOS_PASSWORD", "password")


class AiosError(Exception):
    """What the server answers with another status than 200."""

    def __init__(self, status, error):
        super().__init__(f"{status} {error['code']}: {error.get('details', error['description'])}")
        self.code = error["code"]


class Client:
    def __init__(self):
        self.session = None

    def call(self, method, path, body=None):
        headers = {"Content-Type": "application/json"}
        if self.session:
            headers["Authorization"] = f"OAuth {self.session}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(API + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request) as response:
                return json.load(response)
        except urllib.error.HTTPError as failure:
            raise AiosError(failure.code, json.load(failure)["error"]) from None

    def log_in(self, account, password):
        # The password travels as its SHA-512, in lower-case hexadecimal digits.
        digest = hashlib.sha512(password.encode()).hexdigest()
        body = {"logInByAccount": {"accountName": account, "password": digest}}
        self.session = self.call("PUT", "/accounts/login", body)["inventory"]["uuid"]

    def log_out(self):
        self.call("DELETE", f"/accounts/sessions/{self.session}")

    def add(self, kind, **param):
        return self.call("POST", f"/ai/{kind}", {"param": param})["inventory"]["uuid"]

    def query(self, kind, *conditions, **parameters):
        pairs = [("q", condition) for condition in conditions] + list(parameters.items())
        return self.call("GET", f"/ai/{kind}?{urllib.parse.urlencode(pairs)}")["inventories"]


aios = Client()
aios.log_in("admin", PASSWORD)
print("logged in as admin")

center = aios.add(
    "model-centers", name="center", url="nfs://192.168.10.12/ai", managementIp="192.168.10.12", managementPort=8989
)
print("added the center", center)
model = aios.add("models", name="Qwen", installPath="/ai/Qwen", modelCenterUuid=center)
print("added the model", model)
service = aios.add(
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

aios.call("POST", f"/ai/models/{model}/model-services/{service}")
found = aios.query("model-services", f"modelServiceRefs.modelUuid={model}", "requestCpu>=4", fields="uuid,name")
if found != [{"uuid": service, "name": "chat"}]:
    raise SystemExit(f"unexpected services: {found}")
print("bound them, and found the service chat by its model")

# A center with models is not deleted.
try:
    aios.call("DELETE", f"/ai/model-centers/{center}")
except AiosError as error:
    if error.code != "SYS.1006":
        raise
    print("the server answered", error)
else:
    raise SystemExit("the center was deleted with its model")

for path in (f"model-services/{service}", f"models/{model}", f"model-centers/{center}"):
    aios.call("DELETE", f"/ai/{path}")
aios.log_out()
print("removed everything")
