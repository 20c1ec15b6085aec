class Names {
    public static void main(String[] words) {
        System.out.println(Hook.param("foo"));
        System.out.println(Hook.param("foo", "none"));
        System.out.println(Hook.params.get("foo"));
    }
}
