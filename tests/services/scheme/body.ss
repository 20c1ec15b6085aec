(use-modules (ice-9 binary-ports))

(let loop ((block (get-bytevector-some (current-input-port))))
  (unless (eof-object? block)
    (put-bytevector (current-output-port) block)
    (loop (get-bytevector-some (current-input-port)))))
