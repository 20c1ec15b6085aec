; stack ./status.ss
; curl -i 'http://127.0.0.1:3000/?code=418'

(hook-status (or (hook-ref 'params "code") 404))
(hook-header "X-Service" "status")
(display "as you asked\n")
