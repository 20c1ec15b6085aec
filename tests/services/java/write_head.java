import java.util.Map;

class WriteHead {
    public static void main(String[] words) {
        Hook.writeHead(201, "Made", Map.of("X-A", "b"));
        System.out.println("text");
    }
}
