(defun bytes (text)
  (length (sb-ext:string-to-octets text :external-format :utf-8)))

(maphash (lambda (name value) (format t "~d:~a~d:~a" (bytes name) name (bytes value) value)) *params*)
