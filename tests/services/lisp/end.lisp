(write-line "one")
(end "two")
(write-line "three")
(error "never reached")
