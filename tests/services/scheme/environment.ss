(display (string-join (list (hook-ref 'env "T_A") (hook-ref 'env "REQUEST_METHOD") (getenv "HTTP_X_B")) "|"))
(newline)
