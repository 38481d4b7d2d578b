// A container for the tests of this file, reset before each: go mod tidy && go test
package aios

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

const session = "b86c9016b4f24953a9edefb53ca0678c"

type resource struct{ UUID, Name string }

type answer struct {
	Status      int
	Inventory   resource
	Inventories []resource
	Error       struct{ Code string }
}

// start runs a container until the test ends, and returns its URL.
func start(t *testing.T) string {
	t.Helper()
	image := os.Getenv("AIOS_IMAGE")
	if image == "" {
		image = "aios-model-server"
	}
	container, err := testcontainers.Run(context.Background(), image,
		testcontainers.WithEnv(map[string]string{
			"AIOS_DATABASE_URL": "memory:",
			"AIOS_SESSION":      session,
			"AIOS_CONTROL":      "on",
		}),
		testcontainers.WithExposedPorts("8080/tcp"),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/_aios/health").WithPort("8080/tcp")),
	)
	testcontainers.CleanupContainer(t, container)
	if err != nil {
		t.Fatal(err)
	}
	url, err := container.PortEndpoint(context.Background(), "8080/tcp", "http")
	if err != nil {
		t.Fatal(err)
	}
	return url
}

func call(t *testing.T, method, url, body string) answer {
	t.Helper()
	request, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "OAuth "+session)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	result := answer{Status: response.StatusCode}
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		t.Fatal(err)
	}
	return result
}

func TestAios(t *testing.T) {
	url := start(t)
	models := url + "/zstack/v1/ai/models"
	addModel := func(t *testing.T) answer {
		return call(t, "POST", models, `{"param": {"name": "Qwen", "installPath": "/ai/Qwen",
			"modelCenterUuid": "52c542f0c3384b6890e08570e611d52a"}}`)
	}
	// Back to the seed, or to nothing where there is none.
	reset := func(t *testing.T) { call(t, "POST", url+"/_aios/reset", "") }

	t.Run("an added model is found", func(t *testing.T) {
		reset(t)
		added := addModel(t)
		found := call(t, "GET", models+"?q=name=Qwen", "").Inventories
		if len(found) != 1 || found[0] != added.Inventory {
			t.Errorf("found %v, not %v", found, added.Inventory)
		}
	})

	t.Run("an error on demand", func(t *testing.T) {
		reset(t)
		call(t, "PUT", url+"/_aios/faults", `{"faults": [
			{"operation": "AddModel", "error": {"code": "SYS.1006", "details": "no room"}}]}`)
		if refused := addModel(t); refused.Status != 503 || refused.Error.Code != "SYS.1006" {
			t.Errorf("answered %+v", refused)
		}
	})
}
