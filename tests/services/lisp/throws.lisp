; The third line throws.
(defun fail ()
  (error "the reason"))
(fail)
