class Nested {
    public static void main(String[] words) {
        for (String name : new String[] {"a[b]", "l[0]", "l[1]"}) System.out.println(Hook.param(name));
    }
}
