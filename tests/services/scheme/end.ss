(display "one\n")
(hook-end "two")
(display "three\n")
(error "after the end")
