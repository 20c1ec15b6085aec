for (name in c("PATH", "LD_PRELOAD", "BASH_ENV", "https_proxy", "IFS")) {
    cat(name, "=", Sys.getenv(name), "\n", sep = "")
}
