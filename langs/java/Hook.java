import java.io.ByteArrayOutputStream;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a service in Java is told of its request, and what it says of its answer.
 *
 * <p>System.out is the body of the answer, System.in the body of the request, System.err the log. It stands in the
 * unnamed package, as services do, and is not called Stack because that would hide java.util.Stack. It has no lambdas:
 * the first one of a program costs as much as all of this.
 */
public final class Hook {
    private Hook() {}

    /** Every parameter. What stands in a map or a list is named as in "a[b]" and "l[0]". */
    public static final Map<String, String> params;

    /**
     * Where the files stand that were uploaded, by the name of their field. Their other facts are the parameters
     * "f[filename]", "f[type]" and "f[size]". A field named "f[path]" can imitate a file there, but not here.
     */
    public static final Map<String, String> files;

    /**
     * "method", "url", "path", "query", "host", "httpVersion", "connection.remoteAddress", "id", "deadline" in
     * milliseconds, "headers.user-agent".
     */
    public static final Map<String, String> req;

    /** The environment, with the variables of CGI; as UTF-8, whatever the locale. */
    public static final Map<String, String> env;

    private static final OutputStream control;

    static {
        Map<String, String> facts = new LinkedHashMap<>();
        String place = System.getenv("STACK_REQUEST");
        if (place != null) {
            String document = read(place);
            if (document.isEmpty()) Runtime.getRuntime().halt(1);
            for (String line : document.split("\n")) put(facts, line);
        }
        env = environment(section(facts, "env."));
        params = section(facts, "params.");
        files = section(facts, "files.");
        req = section(facts, "req.");
        control = place == null ? null : open(System.getenv("STACK_CONTROL"));
    }

    /** The parameter of that name, or null. */
    public static String param(String name) {
        return params.get(name);
    }

    /** The parameter of that name, or the other text when there is none. */
    public static String param(String name, String otherwise) {
        return params.getOrDefault(name, otherwise);
    }

    /** Sets the status, as everything but trailers and the log before the first byte of output. */
    public static void status(int code) {
        send("status", "\"value\":" + code);
    }

    /** Sets the words behind the status. */
    public static void statusMessage(String text) {
        send("statusMessage", "\"value\":" + quoted(text));
    }

    /** Sets a header, in place of all earlier ones of its name. */
    public static void header(String name, Object value) {
        send("setHeader", "\"name\":" + quoted(name) + ",\"value\":" + quoted(value));
    }

    /** Adds one more header of that name, as for Set-Cookie. */
    public static void appendHeader(String name, Object value) {
        send("appendHeader", "\"name\":" + quoted(name) + ",\"value\":" + quoted(value));
    }

    /** Removes every header of that name. */
    public static void removeHeader(String name) {
        send("removeHeader", "\"name\":" + quoted(name));
    }

    /** Sets the status, the words behind it unless they are null, and headers. */
    public static void writeHead(int code, String message, Map<String, ?> headers) {
        String words = message == null ? "null" : quoted(message);
        send("writeHead", "\"code\":" + code + ",\"message\":" + words + ",\"headers\":" + object(headers));
    }

    /** Adds a field behind the body. */
    public static void trailer(String name, Object value) {
        send("addTrailers", "\"trailers\":" + object(Map.of(name, value)));
    }

    /** Writes a line to the server's log. */
    public static void log(Object... words) {
        StringBuilder text = new StringBuilder();
        for (Object word : words) text.append(text.length() == 0 ? "" : " ").append(word);
        if (control == null) System.err.println(text);
        else send("log", "\"text\":" + quoted(text));
    }

    /** Sends bytes of the body at once. */
    public static void write(byte[] data) {
        System.out.write(data, 0, data.length);
        System.out.flush();
    }

    /** Sends the last of the body with a line break, and ends the program with success. */
    public static void end(Object text) {
        System.out.println(text);
        System.out.flush();
        send("end", "");
        System.exit(0);
    }

    private static String object(Map<String, ?> fields) {
        StringBuilder json = new StringBuilder("{");
        for (Map.Entry<String, ?> field : fields.entrySet()) {
            if (json.length() > 1) json.append(',');
            json.append(quoted(field.getKey())).append(':').append(quoted(field.getValue()));
        }
        return json.append('}').toString();
    }

    private static String quoted(Object value) {
        String text = String.valueOf(value);
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '"' || letter == '\\') json.append('\\').append(letter);
            else if (letter >= ' ') json.append(letter);
            else json.append("\\u00").append(letter >> 4).append(Character.forDigit(letter & 15, 16));
        }
        return json.append('"').toString();
    }

    /** Sends one message, a line of JSON, at once: it must be there before the next byte of the body. */
    private static synchronized void send(String type, String payload) {
        if (control == null) return;
        String line = "{\"type\":\"" + type + "\",\"payload\":{" + payload + "}}\n";
        try {
            control.write(line.getBytes(StandardCharsets.UTF_8));
        } catch (IOException nobodyListens) {
            // The request is over.
        }
    }

    private static OutputStream open(String place) {
        try {
            return new FileOutputStream(place, true);
        } catch (IOException | NullPointerException nobodyListens) {
            return null;
        }
    }

    private static String read(String place) {
        try (InputStream file = new FileInputStream(place)) {
            // Not readAllBytes, which wants to know where in a pipe it is.
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            byte[] block = new byte[1 << 14];
            for (int count; (count = file.read(block)) > 0; ) bytes.write(block, 0, count);
            return bytes.toString(StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            return "";
        }
    }

    /** Java reads its own environment in the encoding of the locale; this is what is really there. */
    private static Map<String, String> environment(Map<String, String> ofRequest) {
        Map<String, String> all = new LinkedHashMap<>();
        for (String entry : read("/proc/self/environ").split("\0")) {
            int equals = entry.indexOf('=');
            if (equals > 0) all.put(entry.substring(0, equals), entry.substring(equals + 1));
        }
        all.remove("STACK_REQUEST");
        all.putAll(ofRequest);
        return Collections.unmodifiableMap(all);
    }

    private static void put(Map<String, String> facts, String line) {
        int at = line.indexOf('\t');
        if (at > 0) facts.put(unescaped(line.substring(0, at)), unescaped(line.substring(at + 1)));
    }

    private static String unescaped(String text) {
        if (text.indexOf('\\') < 0) return text;
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char letter = text.charAt(i);
            if (letter == '\\' && ++i < text.length()) {
                letter = text.charAt(i);
                int known = "ntr0".indexOf(letter);
                if (known >= 0) letter = "\n\t\r\0".charAt(known);
            }
            plain.append(letter);
        }
        return plain.toString();
    }

    private static Map<String, String> section(Map<String, String> facts, String prefix) {
        Map<String, String> entries = new LinkedHashMap<>();
        for (Map.Entry<String, String> fact : facts.entrySet()) {
            String name = fact.getKey();
            if (name.startsWith(prefix)) entries.put(name.substring(prefix.length()), fact.getValue());
        }
        return Collections.unmodifiableMap(entries);
    }
}
