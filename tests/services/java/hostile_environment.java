class HostileEnvironment {
    public static void main(String[] words) {
        for (String name : new String[] {"PATH", "LD_PRELOAD", "BASH_ENV", "https_proxy", "IFS"}) {
            System.out.println(name + "=" + System.getenv().getOrDefault(name, ""));
        }
    }
}
