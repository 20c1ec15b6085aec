; The third line throws.
(defun fail ()
  (error "the reason"))
(write-line "before")
(fail)
