// The third line throws.
class Throws {
    static void fail() { throw new IllegalStateException("the reason"); }

    public static void main(String[] words) {
        fail();
    }
}
