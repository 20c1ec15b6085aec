(display (hook-ref 'params "a" "b"))
(newline)
(for-each
 (lambda (value)
   (display value)
   (newline))
 (vector->list (hook-ref 'params "l")))
