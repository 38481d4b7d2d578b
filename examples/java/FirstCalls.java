// Logs in, adds a center, a model and a service, binds and finds them, shows an error, and removes everything again.
// Java 17 or later, no library: java FirstCalls.java

import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.regex.Pattern;

public class FirstCalls {
    static final String API = variable("AIOS_URL", "http://127.0.0.1:8080") + "/zstack/v1";
    static final HttpClient http = HttpClient.newHttpClient();
    static String session = "none";

    record Answer(int status, String body) {
        /** The first text member of this name; a program would use a JSON library. */
        String text(String member) {
            var found = Pattern.compile("\"" + member + "\":\"(.*?)(?<!\\\\)\"").matcher(body);
            if (!found.find()) throw new IllegalStateException("no " + member + ": " + body);
            return found.group(1);
        }
    }

    static String variable(String name, String standard) {
        var value = System.getenv(name);
        return value == null ? standard : value;
    }

    static Answer send(String method, String path, String body) throws Exception {
        var publisher = body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body);
        var request = HttpRequest.newBuilder(URI.create(API + path))
            .method(method, publisher)
            .header("Authorization", "OAuth " + session)
            .header("Content-Type", "application/json")
            .build();
        var response = http.send(request, BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    /** An answer of status 200. */
    static Answer call(String method, String path, String body) throws Exception {
        var answer = send(method, path, body);
        if (answer.status != 200) {
            throw new IllegalStateException(method + " " + path + ": " + answer.status + " " + answer.body);
        }
        return answer;
    }

    static String add(String kind, String param) throws Exception {
        return call("POST", "/ai/" + kind, "{\"param\": " + param + "}").text("uuid");
    }

    static String condition(String text) {
        return "q=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    public static void main(String[] args) throws Exception {
        // The password travels as its SHA-512, in lower-case hexadecimal digits.
        var password = variable("AIOS_PASSWORD", "password").getBytes(StandardCharsets.UTF_8);
        var digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-512").digest(password));
        session = call("PUT", "/accounts/login", """
            {"logInByAccount": {"accountName": "admin", "password": "%s"}}""".formatted(digest)).text("uuid");
        System.out.println("logged in as admin");

        var center = add("model-centers", """
            {"name": "center", "url": "nfs://192.168.10.12/ai",
             "managementIp": "192.168.10.12", "managementPort": 8989}""");
        System.out.println("added the center " + center);
        var model = add("models", """
            {"name": "Qwen", "installPath": "/ai/Qwen", "modelCenterUuid": "%s"}""".formatted(center));
        System.out.println("added the model " + model);
        var service = add("model-services", """
            {"name": "chat", "yaml": "services: []", "requestCpu": 4, "requestMemory": 8192,
             "installPath": "/ai/chat", "startCommand": "python3 app.py", "modelCenterUuid": "%s"}""".formatted(center));
        System.out.println("added the service " + service);

        call("POST", "/ai/models/" + model + "/model-services/" + service, null);
        var found = call("GET", "/ai/model-services?" + condition("modelServiceRefs.modelUuid=" + model)
            + "&" + condition("requestCpu>=4") + "&fields=uuid,name", null);
        if (!found.text("uuid").equals(service)) throw new IllegalStateException("unexpected services: " + found);
        System.out.println("bound them, and found the service " + found.text("name") + " by its model");

        // A center with models is not deleted.
        var refused = send("DELETE", "/ai/model-centers/" + center, null);
        if (refused.status != 503 || !refused.text("code").equals("SYS.1006")) {
            throw new IllegalStateException("unexpected answer: " + refused);
        }
        System.out.println("the server answered 503 " + refused.text("code") + ": " + refused.text("details"));

        call("DELETE", "/ai/model-services/" + service, null);
        call("DELETE", "/ai/models/" + model, null);
        call("DELETE", "/ai/model-centers/" + center, null);
        call("DELETE", "/accounts/sessions/" + session, null);
        System.out.println("removed everything");
    }
}
