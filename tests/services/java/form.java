import java.io.IOException;
import java.nio.charset.StandardCharsets;

class Form {
    public static void main(String[] words) throws IOException {
        String body = new String(System.in.readAllBytes(), StandardCharsets.UTF_8);
        System.out.println(Hook.param("a") + " " + Hook.param("b") + " " + body);
    }
}
