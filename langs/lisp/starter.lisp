;;; A service of Common Lisp: a fresh process answers each request, and what it prints is the body.

(let ((name (param "name" "world"))) ; of the query, a form, JSON, or an upload
  (cond ((> (length name) 100)
         (status 400)
         (write-line "that is a long name"))
        (t
         (set-header "Content-Type" "text/plain; charset=utf-8")
         (format t "hello ~a~%" name)))) ; every line is sent at once: a loop that sleeps between its lines streams

;;; (gethash "method" *req*)   url, path, headers; *standard-input* is the request's body
;;; (log-message "words")      a line in the log; so is all of *error-output*
