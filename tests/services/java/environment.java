class Environment {
    public static void main(String[] words) {
        String known = Hook.env.get("T_A") + "|" + Hook.env.get("REQUEST_METHOD");
        System.out.println(known + "|" + System.getenv("HTTP_X_B"));
    }
}
