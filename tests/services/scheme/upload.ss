(use-modules (ice-9 binary-ports))

(for-each
 (lambda (name)
   (display (hook-ref 'params "f" name))
   (newline))
 '(filename type size))

(put-bytevector (current-output-port)
                (call-with-input-file (hook-ref 'params "f" 'path) get-bytevector-all #:binary #t))
