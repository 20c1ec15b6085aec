(display "begun\n")
(sleep 60)
