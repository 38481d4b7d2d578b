"""A container for the tests of this file, reset before each: pip install -r requirements.txt && pytest"""

import os

import pytest
import requests
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

SESSION = "b86c9016b4f24953a9edefb53ca0678c"


@pytest.fixture(scope="module")
def url():
    container = (
        DockerContainer(os.environ.get("AIOS_IMAGE", "aios-model-server"))
        .with_env("AIOS_DATABASE_URL", "memory:")
        .with_env("AIOS_SESSION", SESSION)
        .with_env("AIOS_CONTROL", "on")
        .with_exposed_ports(8080)
        .waiting_for(HttpWaitStrategy(8080, "/_aios/health").for_status_code(200))
    )
    with container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(8080)}"


@pytest.fixture
def call(url):
    http = requests.Session()
    http.headers["Authorization"] = f"OAuth {SESSION}"

    def send(method, path, body=None):
        response = http.request(method, url + path, json=body, timeout=30)
        return response.status_code, response.json()

    # Back to the seed, or to nothing where there is none.
    send("POST", "/_aios/reset")
    return send


def add_model(call, name):
    center = "52c542f0c3384b6890e08570e611d52a"
    param = {"name": name, "installPath": "/ai/Qwen", "modelCenterUuid": center}
    return call("POST", "/zstack/v1/ai/models", {"param": param})


def test_an_added_model_is_found(call):
    _, added = add_model(call, "Qwen")
    _, found = call("GET", "/zstack/v1/ai/models?q=name=Qwen")
    assert found["inventories"] == [added["inventory"]]


def test_an_error_on_demand(call):
    fault = {"operation": "AddModel", "error": {"code": "SYS.1006", "details": "no room"}}
    call("PUT", "/_aios/faults", {"faults": [fault]})
    status, body = add_model(call, "Qwen")
    assert (status, body["error"]["code"]) == (503, "SYS.1006")
