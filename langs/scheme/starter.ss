;;; A service that greets: stack ./index.ss, then curl 'http://127.0.0.1:3000/?name=you'

;; A parameter of the path, the form, the JSON body or the query; #f where there is none.
(define name (or (hook-ref 'params "name") "world"))

;; The status and the header go out with the first line of output.
(hook-status 200)
(hook-header "Content-Type" "text/plain; charset=utf-8")

;; What is printed is the answer, and each line is sent at once.
(simple-format #t "hello ~A\n" name)

;; hook is all that is known of the request; what is logged is no part of the answer.
(simple-format #t "You asked for ~A by ~A.\n" (hook-ref 'req 'path) (hook-ref 'req 'method))
(hook-log "greeted" name)

;; The request's body is the current input port; this would answer each line as it comes.
;; (use-modules (ice-9 rdelim))
;; (let loop ((line (read-line)))
;;   (unless (eof-object? line)
;;     (simple-format #t "You said: ~A\n" line)
;;     (loop (read-line))))
