; An error that nobody catches.
(define (fail)
  (error "the reason"))
(fail)
