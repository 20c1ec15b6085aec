class Empty {
    public static void main(String[] words) {}
}
