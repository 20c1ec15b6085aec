(format t "~a|~a|~a~%" (gethash "T_A" *env*) (gethash "REQUEST_METHOD" (gethash "env" *hook*))
        (sb-ext:posix-getenv "HTTP_X_B"))
