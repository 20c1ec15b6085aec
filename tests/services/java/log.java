class Log {
    public static void main(String[] words) {
        Hook.log("a", "log", 5);
        System.err.println("an error");
        System.out.println("body");
    }
}
