;;; Compiles stack.lisp, and loads it: done when it was not compiled yet by this version of SBCL.

(setq sb-ext:*evaluator-mode* :interpret)

(let* ((source (merge-pathnames "stack.lisp" *load-truename*))
       (kept (merge-pathnames (format nil "stack-~a.fasl" (lisp-implementation-version)) source))
       (own (merge-pathnames (format nil "stack-~36r.fasl" (random (expt 36 12) (make-random-state t))) source)))
  (handler-case
      (let ((*standard-output* (make-broadcast-stream))
            (*error-output* (make-broadcast-stream)))
        ;; What only a debugger or an editor would read of the code need not be loaded.
        (with-compilation-unit (:policy '(optimize (debug 0) (space 2) (sb-c::store-xref-data 0)))
          (compile-file source :output-file own :external-format :utf-8 :block-compile t))
        (rename-file own kept))
    ;; Without the right or the room to write, it is compiled each time.
    (file-error () (setf kept source))
    (stream-error () (setf kept source)))
  (load kept))

(setq sb-ext:*evaluator-mode* :compile)
