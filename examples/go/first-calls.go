// Logs in, adds a center, a model and a service, binds and finds them, shows an error, and removes everything again.
// Standard library only: go run first-calls.go
package main

import (
	"bytes"
	"crypto/sha512"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"net/url"
	"os"
)

type object = map[string]any

type answer struct {
	Inventory struct {
		UUID string `json:"uuid"`
	} `json:"inventory"`
	Inventories []struct {
		UUID string `json:"uuid"`
		Name string `json:"name"`
	} `json:"inventories"`
	Error *apiError `json:"error"`
}

// apiError is what the server answers with another status than 200.
type apiError struct {
	Code    string `json:"code"`
	Details string `json:"details"`
}

func (e *apiError) Error() string { return e.Code + ": " + e.Details }

type client struct {
	api     string
	session string
}

func (c *client) call(method, path string, body any) (answer, error) {
	var result answer
	var sent bytes.Buffer
	if body != nil {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return result, err
		}
	}
	request, err := http.NewRequest(method, c.api+path, &sent)
	if err != nil {
		return result, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "OAuth "+c.session)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return result, err
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&result); err != nil {
		return result, err
	}
	if result.Error != nil {
		return result, result.Error
	}
	if response.StatusCode != http.StatusOK {
		return result, fmt.Errorf("unexpected status %d", response.StatusCode)
	}
	return result, nil
}

// must ends the program unless the call succeeded.
func (c *client) must(method, path string, body any) answer {
	result, err := c.call(method, path, body)
	if err != nil {
		log.Fatalf("%s %s: %v", method, path, err)
	}
	return result
}

func (c *client) add(kind string, param object) string {
	return c.must("POST", "/ai/"+kind, object{"param": param}).Inventory.UUID
}

func variable(name, standard string) string {
	if value, found := os.LookupEnv(name); found {
		return value
	}
	return standard
}

func main() {
	log.SetFlags(0)
	aios := &client{api: variable("AIOS_URL", "http://127.0.0.1:8080") + "/zstack/v1"}

	// The password travels as its SHA-512, in lower-case hexadecimal digits.
	digest := fmt.Sprintf("%x", sha512.Sum512([]byte(variable("AIOS_PASSWORD", "password"))))
	login := object{"accountName": "admin", "password": digest}
	aios.session = aios.must("PUT", "/accounts/login", object{"logInByAccount": login}).Inventory.UUID
	fmt.Println("logged in as admin")

	center := aios.add("model-centers", object{
		"name": "center", "url": "nfs://192.168.10.12/ai",
		"managementIp": "192.168.10.12", "managementPort": 8989,
	})
	fmt.Println("added the center", center)
	model := aios.add("models", object{"name": "Qwen", "installPath": "/ai/Qwen", "modelCenterUuid": center})
	fmt.Println("added the model", model)
	service := aios.add("model-services", object{
		"name": "chat", "yaml": "services: []", "requestCpu": 4, "requestMemory": 8192,
		"installPath": "/ai/chat", "startCommand": "python3 app.py", "modelCenterUuid": center,
	})
	fmt.Println("added the service", service)

	aios.must("POST", "/ai/models/"+model+"/model-services/"+service, nil)
	query := url.Values{
		"q":      {"modelServiceRefs.modelUuid=" + model, "requestCpu>=4"},
		"fields": {"uuid,name"},
	}
	found := aios.must("GET", "/ai/model-services?"+query.Encode(), nil).Inventories
	if len(found) != 1 || found[0].UUID != service {
		log.Fatalf("unexpected services: %v", found)
	}
	fmt.Println("bound them, and found the service", found[0].Name, "by its model")

	// A center with models is not deleted.
	_, err := aios.call("DELETE", "/ai/model-centers/"+center, nil)
	var refused *apiError
	if !errors.As(err, &refused) || refused.Code != "SYS.1006" {
		log.Fatalf("unexpected answer: %v", err)
	}
	fmt.Println("the server answered", refused)

	aios.must("DELETE", "/ai/model-services/"+service, nil)
	aios.must("DELETE", "/ai/models/"+model, nil)
	aios.must("DELETE", "/ai/model-centers/"+center, nil)
	aios.must("DELETE", "/accounts/sessions/"+aios.session, nil)
	fmt.Println("removed everything")
}
