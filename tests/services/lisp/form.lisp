(format t "~a ~a ~a~%" (param "a") (param "b") (read-line))
