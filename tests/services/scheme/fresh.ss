(define counter (+ 1 (if (defined? 'counter) counter 0)))
(display counter)
(display " ")
(display (getpid))
