(define block (string-concatenate (make-list 4096 "0123456789abcde\n")))

(do ((count 0 (+ count 1)))
    ((= count 1600))
  (display block))
