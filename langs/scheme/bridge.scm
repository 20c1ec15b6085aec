;;; Starts a service of Scheme. The work stands in stack.scm, which is compiled once and not at every start.
;;; The first use of a macro costs two milliseconds here, so that there is none.

(let ((folder (dirname (car (command-line)))))
  (let ((source (string-append folder "/stack.scm"))
        (compiled (string-append folder "/stack-" (version) ".go")))
    (if (not (file-exists? compiled))
        (catch #t
          (lambda ()
            ((module-ref (resolve-interface '(system base compile)) 'compile-file)
             source #:output-file compiled #:canonicalization #f #:optimization-level 1 #:warning-level 0))
          (lambda reasons #f)))
    (if (file-exists? compiled)
        (load-compiled compiled)
        (primitive-load source))))
((module-ref (resolve-module '(%stack)) 'main))
