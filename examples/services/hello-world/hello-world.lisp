;;; stack ./hello-world.lisp
;;; curl http://127.0.0.1:3000/

(write-line "hello world")
