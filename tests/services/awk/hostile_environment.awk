BEGIN {
    count = split("PATH LD_PRELOAD BASH_ENV https_proxy IFS", names, " ")
    for (number = 1; number <= count; number++) print names[number] "=" ENVIRON[names[number]]
}
