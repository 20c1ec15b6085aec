(write-line "begun")
(sleep 60)
