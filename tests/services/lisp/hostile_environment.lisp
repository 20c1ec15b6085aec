(dolist (name '("PATH" "LD_PRELOAD" "BASH_ENV" "https_proxy" "IFS"))
  (format t "~a=~@[~a~]~%" name (sb-ext:posix-getenv name)))
