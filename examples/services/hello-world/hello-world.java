// stack ./hello-world.java
// curl http://127.0.0.1:3000/

class HelloWorld {
    public static void main(String[] words) {
        System.out.println("hello world");
    }
}
