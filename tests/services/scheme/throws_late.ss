(display "before\n")
(define (fail)
  (error "the reason"))
(fail)
