// A container for the tests of this class, reset before each: mvn test

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;
import org.testcontainers.utility.DockerImageName;

@Testcontainers
class AiosTest {
    static final String SESSION = "b86c9016b4f24953a9edefb53ca0678c";
    static final String IMAGE = Optional.ofNullable(System.getenv("AIOS_IMAGE")).orElse("aios-model-server");
    static final HttpClient http = HttpClient.newHttpClient();

    @Container
    static final GenericContainer<?> aios = new GenericContainer<>(DockerImageName.parse(IMAGE))
        .withEnv("AIOS_DATABASE_URL", "memory:")
        .withEnv("AIOS_SESSION", SESSION)
        .withEnv("AIOS_CONTROL", "on")
        .withExposedPorts(8080)
        .waitingFor(Wait.forHttp("/_aios/health"));

    static HttpResponse<String> call(String method, String path, String body) throws Exception {
        var url = "http://" + aios.getHost() + ":" + aios.getMappedPort(8080) + path;
        var request = HttpRequest.newBuilder(URI.create(url))
            .method(method, BodyPublishers.ofString(body))
            .header("Authorization", "OAuth " + SESSION)
            .header("Content-Type", "application/json")
            .build();
        return http.send(request, BodyHandlers.ofString());
    }

    static HttpResponse<String> addModel() throws Exception {
        return call("POST", "/zstack/v1/ai/models", """
            {"param": {"name": "Qwen", "installPath": "/ai/Qwen",
             "modelCenterUuid": "52c542f0c3384b6890e08570e611d52a"}}""");
    }

    /** Back to the seed, or to nothing where there is none. */
    @BeforeEach
    void reset() throws Exception {
        assertEquals(200, call("POST", "/_aios/reset", "").statusCode());
    }

    @Test
    void anAddedModelIsFound() throws Exception {
        assertEquals(200, addModel().statusCode());
        var found = call("GET", "/zstack/v1/ai/models?q=name=Qwen&fields=name", "");
        assertEquals("{\"success\":true,\"inventories\":[{\"name\":\"Qwen\"}]}", found.body());
    }

    @Test
    void anErrorOnDemand() throws Exception {
        call("PUT", "/_aios/faults", """
            {"faults": [{"operation": "AddModel", "error": {"code": "SYS.1006", "details": "no room"}}]}""");
        var refused = addModel();
        assertEquals(503, refused.statusCode());
        assertTrue(refused.body().contains("SYS.1006"), refused.body());
    }
}
