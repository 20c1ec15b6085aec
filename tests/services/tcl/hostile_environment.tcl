foreach name {PATH LD_PRELOAD BASH_ENV https_proxy IFS} {
    puts $name=[expr {[info exists env($name)] ? $env($name) : ""}]
}
