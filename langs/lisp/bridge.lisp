;;; Answers one request with one script: `sbcl --script bridge.lisp SCRIPT WORDS`. The work stands in stack.lisp, which
;;; is compiled once and kept beside it: SBCL takes a hundred times as long to compile it as to load it.

(setq sb-ext:*evaluator-mode* :interpret)

(let* ((source (merge-pathnames "stack.lisp" *load-truename*))
       (kept (merge-pathnames (format nil "stack-~a.fasl" (lisp-implementation-version)) source))
       (own (merge-pathnames (format nil "stack-~36r.fasl" (random (expt 36 12) (make-random-state t))) source)))
  (unless (and (probe-file kept) (>= (file-write-date kept) (file-write-date source)))
    (handler-case
        (let ((*standard-output* (make-broadcast-stream))
              (*error-output* (make-broadcast-stream)))
          (with-compilation-unit (:policy '(optimize (debug 0) (space 2)))
            (compile-file source :output-file own :external-format :utf-8 :block-compile t))
          (rename-file own kept))
      ;; Without the right or the room to write, it is compiled each time.
      (file-error () (setf kept source))
      (stream-error () (setf kept source))))
  (load kept))
(setq sb-ext:*evaluator-mode* :compile)

(stack::main)
