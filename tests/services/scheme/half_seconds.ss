(for-each
 (lambda (count)
   (when (> count 1)
     (usleep 500000))
   (display count)
   (newline))
 '(1 2 3))
