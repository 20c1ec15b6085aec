(log-message "a" "log" 5)
(write-line "an error" *error-output*)
(write-line "body")
