; stack ./echo.ss
; curl 'http://127.0.0.1:3000/?foo=bar'

(display "Hello, this is a Scheme script.\n")
(display "(hook-ref 'params) is:\n")
(write (hook-ref 'params))
(newline)
