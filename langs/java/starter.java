// A service in Java: a fresh process answers each request, and what it prints is the body.

class Service {
    public static void main(String[] words) {
        String name = Hook.param("name", "world"); // of the query, a form, JSON, or an upload

        if (name.length() > 100) {
            Hook.status(400);
            System.out.println("that is a long name");
            return;
        }
        Hook.header("Content-Type", "text/plain; charset=utf-8");
        // Every line is sent at once: a loop that sleeps between its lines streams.
        System.out.println("hello " + name);
    }
}

// Hook.req.get("method")   also url, path, headers.host; System.in is the request's body
// Hook.log("words", 5)     a line in the log; so is everything on System.err
