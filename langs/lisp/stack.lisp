;;; Gives a script its request and its words for the response, and runs it.

(defpackage :stack
  (:use :cl)
  (:export #:*hook* #:*params* #:*env* #:*req* #:*input* #:*files* #:*service* #:param
           #:status #:status-message #:set-header #:append-header #:remove-header #:write-head #:add-trailers
           #:end #:log-message))

(in-package :stack)

(defvar *hook* nil "All that the script is told: tables named params, env, req, input, files and service.")
(defvar *params* nil "The parameters by name; below lists and maps by path, such as a[b] and l[0].")
(defvar *env* nil "The environment by name.")
(defvar *req* nil "The request: method, url, path, query, headers, host, httpVersion, connection, id, deadline.")
(defvar *input* nil "The same as *REQ*.")
(defvar *files* nil "Where each upload stands on the disk, by its name.")
(defvar *service* nil "The service: name, path, language.")

(defvar *control* nil)
(defvar *body* nil "The stream of the body, also where the script's own *STANDARD-OUTPUT* is another.")
(defvar *complete* nil "Whether the script came to its end.")
(defvar *script* nil "The path of the script.")
(defvar *folder* nil "Where the bridge stands.")

;;; Messages to the server

(defun quoted (value)
  "VALUE as a JSON string."
  (with-output-to-string (json)
    (write-char #\" json)
    (loop for character across (princ-to-string value)
          for code = (char-code character)
          do (cond ((find character "\"\\") (write-char #\\ json) (write-char character json))
                   ((or (< code 32) (<= #xd800 code #xdfff)) (format json "\\u~(~4,'0x~)" code))
                   (t (write-char character json))))
    (write-char #\" json)))

(defun quoted-all (value)
  "A list as a JSON list, and anything else as a string."
  (if (consp value) (format nil "[~{~a~^,~}]" (mapcar #'quoted value)) (quoted value)))

(defun fields (headers)
  "An association list of names and values as a JSON list of pairs, in which a name may come twice."
  (format nil "[~{[~a,~a]~^,~}]"
          (loop for (name . value) in headers
                collect (quoted name)
                collect (quoted-all value))))

(defun tell (type payload &rest values)
  (ignore-errors ; Without a reader there is nobody to tell.
   (format *control* "{\"type\":\"~a\",\"payload\":{~?}}~%" type payload values)
   (finish-output *control*))
  (values))

(defun number-or-text (code)
  (if (integerp code) code (or (ignore-errors (parse-integer code)) (quoted code))))

;;; What a script can say

(defun param (name &optional default)
  "The parameter of that name."
  (values (gethash name *params* default)))

(defun status (code &optional message)
  (tell "status" "\"value\":~a" (number-or-text code))
  (when message (status-message message))
  (values))

(defun status-message (message)
  (tell "statusMessage" "\"value\":~a" (quoted message)))

(defun set-header (name value)
  "Sets a header, with a list of values several of them."
  (tell "setHeader" "\"name\":~a,\"value\":~a" (quoted name) (quoted-all value)))

(defun append-header (name value)
  (tell "appendHeader" "\"name\":~a,\"value\":~a" (quoted name) (quoted-all value)))

(defun remove-header (name)
  (tell "removeHeader" "\"name\":~a" (quoted name)))

(defun write-head (code &optional message headers)
  "Status, message and headers at once: (write-head 201 \"Made\" '((\"X-A\" . \"b\")))."
  (when (listp message) (shiftf headers message nil))
  (tell "writeHead" "\"code\":~a,\"message\":~:[null~;~:*~a~],\"headers\":~a"
        (number-or-text code) (and message (quoted message)) (fields headers)))

(defun add-trailers (trailers)
  (tell "addTrailers" "\"trailers\":~a" (fields trailers)))

(defun log-message (&rest words)
  "Writes a line to the server's log."
  (tell "log" "\"text\":~a" (quoted (format nil "~{~a~^ ~}" words))))

(defun end (&optional text)
  "Sends the last of the body, with a line break after it, and completes the response."
  (when text (write-line text *body*))
  (setf *complete* t)
  (sb-ext:exit :code 0))

;;; The request

(defun unescape (text)
  (if (not (find #\\ text))
      text
      (with-output-to-string (plain)
        (loop with escaped = nil
              for character across text
              do (cond (escaped
                        (setf escaped nil)
                        (write-char (case character
                                      (#\n #\Newline) (#\t #\Tab) (#\r #\Return) (#\0 (code-char 0)) (t character))
                                    plain))
                       ((char= character #\\) (setf escaped t))
                       (t (write-char character plain)))))))

(defun table ()
  (make-hash-table :test 'equal))

(defun open-document ()
  "Descriptor 4, by the C library's own `open`, which a fork server replaces."
  (let ((place (or (sb-ext:posix-getenv "STACK_REQUEST") "/dev/fd/4")))
    (sb-sys:make-fd-stream
     (sb-alien:alien-funcall (sb-alien:extern-alien "open" (function sb-alien:int sb-alien:c-string sb-alien:int))
                             place 0)
     :input t :buffering :full :external-format :utf-8)))

(defun set-variable (name value)
  (unless (find (code-char 0) value)
    (sb-alien:alien-funcall
     (sb-alien:extern-alien "setenv" (function sb-alien:int sb-alien:c-string sb-alien:c-string sb-alien:int))
     name value 1)))

(defun forget-variable (name)
  (sb-alien:alien-funcall (sb-alien:extern-alien "unsetenv" (function sb-alien:int sb-alien:c-string)) name))

(defun close-descriptor (descriptor)
  (sb-alien:alien-funcall (sb-alien:extern-alien "close" (function sb-alien:int sb-alien:int)) descriptor))

(defun receive ()
  "Reads the document to its end, and waits for as long as there is none. Each line is a name, a tab and a value."
  (let ((sections (list (cons "env." (table)) (cons "params." *params*) (cons "req.headers." (table))
                        (cons "req.connection." (table)) (cons "req." *req*) (cons "service." *service*)
                        (cons "files." *files*)))
        (count 0))
    (with-open-stream (document (open-document))
      (loop for line = (read-line document nil)
            while line
            do (incf count)
               (let* ((tab (position #\Tab line))
                      (name (unescape (subseq line 0 tab)))
                      (value (unescape (subseq line (1+ tab))))
                      (section (find-if (lambda (section) (starts-with (car section) name)) sections)))
                 (when section
                   (setf (gethash (subseq name (length (car section))) (cdr section)) value)))))
    (when (zerop count) (sb-ext:exit :code 1 :abort t))
    (forget-variable "STACK_REQUEST")
    (close-descriptor 4)
    (maphash #'set-variable (cdr (assoc "env." sections :test #'string=)))
    (setf (gethash "headers" *req*) (cdr (assoc "req.headers." sections :test #'string=))
          (gethash "connection" *req*) (cdr (assoc "req.connection." sections :test #'string=))
          (gethash "params" *req*) *params*
          (gethash "deadline" *req*) (parse-integer (gethash "deadline" *req* "") :junk-allowed t))))

(defun starts-with (beginning text)
  (let ((difference (mismatch beginning text)))
    (or (null difference) (= difference (length beginning)))))

(defun environment ()
  (loop with table = (table)
        for variable in (sb-ext:posix-environ)
        for equals = (position #\= variable)
        when equals do (setf (gethash (subseq variable 0 equals) table) (subseq variable (1+ equals)))
        finally (return table)))

(defun prepare ()
  (setf *params* (table) *req* (table) *files* (table) *service* (table) *input* *req*))

;;; The script

(defun offer ()
  (setf *env* (environment)
        *hook* (table))
  (loop for (name value) on (list "params" *params* "env" *env* "req" *req* "input" *req*
                                  "files" *files* "service" *service*)
          by #'cddr
        do (setf (gethash name *hook*) value))
  (use-package :stack :cl-user))

(defun text-of (path)
  (with-open-file (stream path :external-format '(:utf-8 :replacement #\?))
    (with-output-to-string (text)
      (loop for line = (read-line stream nil)
            while line do (write-line line text)))))

(defun skip-shebang (stream)
  (when (eql (peek-char nil stream nil) #\#)
    (let ((start (file-position stream)))
      (unless (starts-with "#!" (read-line stream)) (file-position stream start)))))

(defun skip-blanks (stream)
  "Leaves STREAM before the next form, behind blanks and comments; what comes next."
  (loop for character = (peek-char t stream nil)
        while (eql character #\;) do (read-line stream nil)
        finally (return character)))

(defun skip-form (stream)
  "STREAM itself at its end."
  (let ((*read-suppress* t)) (read stream nil stream)))

(defun open-streams ()
  "UTF-8 whatever the locale, and bytes on the same streams; output leaves at the end of each line."
  (flet ((stream-of (descriptor &rest options)
           (apply #'sb-sys:make-fd-stream descriptor :external-format '(:utf-8 :replacement #\?)
                  :element-type :default options)))
    (setf sb-impl::*default-external-format* :utf-8
          sb-alien::*default-c-string-external-format* :utf-8
          sb-sys:*stdin* (stream-of 0 :input t :buffering :full :name "standard input")
          sb-sys:*stdout* (stream-of 1 :output t :input nil :buffering :line :name "standard output")
          sb-sys:*stderr* (stream-of 2 :output t :input nil :buffering :line :name "standard error")
          *control* (stream-of 3 :output t :input nil :buffering :full :name "control")))
  ;; With --script these are bound to streams; exit hooks run outside the bindings.
  (setf *standard-input* sb-sys:*stdin*
        *standard-output* sb-sys:*stdout*
        *error-output* sb-sys:*stderr*
        (sb-ext:symbol-global-value 'sb-sys:*stdout*) sb-sys:*stdout*
        (sb-ext:symbol-global-value 'sb-sys:*stderr*) sb-sys:*stderr*
        *body* sb-sys:*stdout*))

(defun give-up (reason)
  (ignore-errors (finish-output *body*))
  (ignore-errors (format sb-sys:*stderr* "~&~a~%" reason))
  (setf *complete* nil))

(defun report (reason)
  (tell "error" "\"error\":~a" (quoted (substitute #\Space #\Newline reason))))

(defun described (condition)
  (format nil "~a: ~a" (type-of condition)
          (handler-case (princ-to-string condition) (error () "without a readable message"))))

(defun fail (condition hook)
  "Reports a condition that nothing handled, and ends with SBCL's own status for it."
  (declare (ignore hook))
  (give-up (format nil "Unhandled ~a" (described condition)))
  (ignore-errors
   (let ((sb-ext:*evaluator-mode* :interpret)) (load (concatenate 'string *folder* "trace.lisp")))
   (funcall (intern "SHOW-TRACE" :stack) sb-sys:*stderr*))
  (report (described condition))
  (sb-ext:exit :code 1))

(defun check (path)
  "Reads the script to its end without taking anything in, so that an unfinished form is found before anything runs."
  (let ((text (text-of path)) (start 0))
    (unless (or (search "readtable" text :test #'char-equal) (search "macro-character" text :test #'char-equal))
      (with-input-from-string (stream text)
        (handler-case
            (loop initially (skip-shebang stream)
                  while (skip-blanks stream)
                  do (setf start (file-position stream))
                  until (eq (skip-form stream) stream))
          (end-of-file ()
            (refuse path (subseq text 0 start) "end of file in the form that begins here"))
          (error (condition)
            (refuse path (subseq text 0 (file-position stream)) (first-line condition))))))))

(defun first-line (condition)
  (let ((text (princ-to-string condition)))
    (string-trim " " (subseq text 0 (position #\Newline text :start (min 1 (length text)))))))

(defun refuse (path before reason)
  (let ((reason (format nil "~a:~d: ~a" path (1+ (count #\Newline before)) reason)))
    (give-up reason)
    (report reason))
  (sb-ext:exit :code 1 :abort t))

(defun run (path)
  (with-open-file (stream path :external-format :utf-8 :element-type :default)
    (skip-shebang stream)
    (load stream)))

(defun finish ()
  "Says that the answer is complete, unless a process is left that could still write to it."
  (when (and *complete* (null sb-impl::*active-processes*))
    (finish-output *body*)
    (tell "end" "")))

(defun main ()
  (setf *folder* (directory-namestring *load-truename*)
        *script* (pop (rest sb-ext:*posix-argv*)))
  (open-streams)
  (check *script*)
  (prepare)
  (receive)
  (offer)
  (setf sb-ext:*invoke-debugger-hook* #'fail)
  (push #'finish sb-ext:*exit-hooks*)
  (run *script*)
  (setf *complete* t)
  (sb-ext:exit :code 0))
