(format t "~a~%~a~%~a~%" (param "a[b]") (param "l[0]") (param "l[1]"))
