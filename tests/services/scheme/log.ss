(hook-log "a" 'log 5)
(display "an error\n" (current-error-port))
(display "body\n")
