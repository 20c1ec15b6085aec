(let ((block (apply #'concatenate 'string (loop repeat 4096 collect (format nil "0123456789abcde~%")))))
  (loop repeat 1600 do (write-string block)))
