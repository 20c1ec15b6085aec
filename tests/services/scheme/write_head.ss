(hook-write-head 201 "Made" '(("X-A" . "b")))
(display "text\n")
