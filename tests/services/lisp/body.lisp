(let ((bytes (make-array 65536 :element-type '(unsigned-byte 8))))
  (loop for count = (read-sequence bytes *standard-input*)
        until (zerop count)
        do (write-sequence bytes *standard-output* :end count)))
