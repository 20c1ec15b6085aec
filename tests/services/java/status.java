class Status {
    public static void main(String[] words) {
        Hook.status(404);
        Hook.statusMessage("Not Here");
        Hook.header("X-A", "lost");
        Hook.header("x-a", "b c");
        Hook.header("X-Gone", 1);
        Hook.removeHeader("X-Gone");
        Hook.appendHeader("X-L", 1);
        Hook.appendHeader("X-L", 2);
        Hook.appendHeader("Set-Cookie", "a=1");
        Hook.appendHeader("Set-Cookie", "b=2");
        Hook.trailer("X-Sum", 5);
        System.out.print("text");
    }
}
