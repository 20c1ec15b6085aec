// stack ./echo.java
// curl 'http://127.0.0.1:3000/?foo=bar'

class Echo {
    public static void main(String[] words) {
        System.out.println("Hello, this is a Java script.");
        System.out.println("Hook.params is:");
        System.out.println(Hook.params);
    }
}
