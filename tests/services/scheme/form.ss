(use-modules (ice-9 textual-ports))

(display (string-join (list (hook-ref 'params "a") (hook-ref 'params "b") (get-string-all (current-input-port)))))
(newline)
