class Fresh {
    static int counter;

    public static void main(String[] words) {
        counter++;
        System.out.print(counter + " " + ProcessHandle.current().pid());
    }
}
