import static java.nio.charset.StandardCharsets.UTF_8;

class Dump {
    public static void main(String[] words) {
        Hook.params.forEach((name, value) -> {
            int nameLength = name.getBytes(UTF_8).length, valueLength = value.getBytes(UTF_8).length;
            System.out.print(nameLength + ":" + name + valueLength + ":" + value);
        });
    }
}
