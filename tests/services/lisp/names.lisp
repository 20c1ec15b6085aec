(defun of (table &rest names)
  (reduce (lambda (table name) (gethash name table)) names :initial-value table))

(format t "~{~a~%~}"
        (list (param "foo") (gethash "foo" *params*) (of *hook* "params" "foo") (of *hook* "req" "params" "foo")
              (of *hook* "input" "params" "foo") (of *req* "params" "foo") (of *input* "params" "foo")
              (stack:param "foo") (of stack:*params* "foo")))
