(write-head 201 "Made" '(("X-A" . "b")))
(write-line "text")
