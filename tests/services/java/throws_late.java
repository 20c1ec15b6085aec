class ThrowsLate {
    static void fail() {
        throw new IllegalStateException("the reason");
    }

    public static void main(String[] words) {
        System.out.println("before");
        fail();
    }
}
