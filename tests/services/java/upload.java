import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class Upload {
    public static void main(String[] words) throws IOException {
        for (String fact : new String[] {"filename", "type", "size"}) System.out.println(Hook.param("f[" + fact + "]"));
        Files.copy(Path.of(Hook.files.get("f")), System.out);
    }
}
