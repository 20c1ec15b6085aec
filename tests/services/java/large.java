import java.nio.charset.StandardCharsets;

class Large {
    public static void main(String[] words) {
        byte[] block = "0123456789abcde\n".repeat(4096).getBytes(StandardCharsets.UTF_8);
        for (int count = 0; count < 1600; count++) System.out.write(block, 0, block.length);
    }
}
