class End {
    public static void main(String[] words) {
        System.out.println("one");
        Hook.end("two");
        System.out.println("three");
        throw new IllegalStateException("this is never reached");
    }
}
