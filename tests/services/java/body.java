import java.io.IOException;

class Body {
    public static void main(String[] words) throws IOException {
        System.in.transferTo(System.out);
    }
}
