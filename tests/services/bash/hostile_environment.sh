for name in PATH LD_PRELOAD BASH_ENV https_proxy IFS; do
    echo "$name=$(printenv "$name")"
done
