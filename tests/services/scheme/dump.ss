(use-modules (rnrs bytevectors))

(define (put text)
  (display (bytevector-length (string->utf8 text)))
  (display ":")
  (display text))

(for-each
 (lambda (entry)
   (put (car entry))
   (put (cdr entry)))
 (hook-ref 'params))
