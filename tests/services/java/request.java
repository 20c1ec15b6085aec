import java.util.List;

class Request {
    static final List<String> FACTS = List.of(
            "method", "url", "path", "query", "headers.x-a", "host", "httpVersion", "connection.remoteAddress", "id",
            "deadline");

    public static void main(String[] words) {
        for (String fact : FACTS) System.out.println(Hook.req.get(fact));
        System.out.println(Hook.param("a"));
    }
}
