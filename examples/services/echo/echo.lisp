;;; stack ./echo.lisp
;;; curl 'http://127.0.0.1:3000/?foo=bar'

(write-line "Hello, this is a Lisp script.")
(write-line "(param \"foo\") is:")
(print (param "foo"))
(terpri)
