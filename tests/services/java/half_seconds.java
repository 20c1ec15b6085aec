class HalfSeconds {
    public static void main(String[] words) throws InterruptedException {
        for (int tick = 1; tick <= 3; tick++) {
            if (tick > 1) Thread.sleep(500);
            System.out.print(tick + "\n");
        }
    }
}
