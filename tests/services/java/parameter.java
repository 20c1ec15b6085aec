class Parameter {
    public static void main(String[] words) {
        System.out.print(Hook.param("v"));
    }
}
