; stack ./hello-world.ss
; curl http://127.0.0.1:3000/

(display "hello world\n")
