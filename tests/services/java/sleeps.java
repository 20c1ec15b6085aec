class Sleeps {
    public static void main(String[] words) throws InterruptedException {
        System.out.println("begun");
        Thread.sleep(60_000);
    }
}
