; The third line has no end.
(write-line "never")
(write-line "x"
