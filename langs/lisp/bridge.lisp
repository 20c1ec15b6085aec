;;; Answers one request with one script: `sbcl --script bridge.lisp SCRIPT WORDS`. The work stands in stack.lisp, which
;;; is compiled once and kept beside it: SBCL takes a hundred times as long to compile it as to load it.
;;;
;;; Of source, SBCL runs at once what is nothing but calls and conditions; anything else it compiles first.

(if (not (load (concatenate 'string (directory-namestring *load-truename*)
                            "stack-" (lisp-implementation-version) ".fasl")
               :if-does-not-exist nil))
    (load (concatenate 'string (directory-namestring *load-truename*) "compile.lisp")))

(stack::main)
