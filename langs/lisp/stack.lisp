;;; Gives a script its request and its words for the response, and runs it.

(defpackage :stack
  (:use :cl)
  (:export #:*hook* #:*params* #:*env* #:*req* #:*input* #:*files* #:*service* #:param
           #:status #:status-message #:set-header #:append-header #:remove-header #:write-head #:add-trailers
           #:end #:log-message))

(in-package :stack)

;; Declared in one form, and described in comments: a DEFVAR, and the first docstring of a variable, take SBCL long.
(declaim
 (special *hook*      ; All that the script is told: tables named params, env, req, input, files and service.
          *params*    ; The parameters by name; below lists and maps by path, such as a[b] and l[0].
          *env*       ; The environment by name.
          *req*       ; The request: method, url, path, query, headers, host, httpVersion, connection, id, deadline.
          *input*     ; The same as *REQ*.
          *files*     ; Where each upload stands on the disk, by its name.
          *service*   ; The service: name, path, language.
          *control*   ; The stream of messages to the server.
          *body*      ; The stream of the body, also where the script's own *STANDARD-OUTPUT* is another.
          *complete*  ; Whether the script came to its end.
          *script*    ; The path of the script.
          *folder*))  ; Where the bridge stands.

;;; Messages to the server

(defun quoted (value)
  "VALUE as a JSON string."
  (with-output-to-string (json)
    (write-char #\" json)
    (loop for character across (text value)
          for code = (char-code character)
          do (cond ((find character "\"\\") (write-char #\\ json) (write-char character json))
                   ((or (< code 32) (<= #xd800 code #xdfff)) (format json "\\u~(~4,'0x~)" code))
                   (t (write-char character json))))
    (write-char #\" json)))

(defun text (value)
  "A string as it is: to print one calls a generic function, which is slow the first time in a process."
  (if (stringp value) value (princ-to-string value)))

(defun quoted-all (value)
  "A list as a JSON list, and anything else as a string."
  (if (consp value) (listed (mapcar #'quoted value)) (quoted value)))

(defun listed (values)
  "A JSON list of what is JSON already."
  (with-output-to-string (json)
    (write-char #\[ json)
    (loop for (value . more) on values
          do (write-string value json)
             (when more (write-char #\, json)))
    (write-char #\] json)))

(defun fields (headers)
  "An association list of names and values as a JSON list of pairs, in which a name may come twice."
  (listed (loop for (name . value) in headers
                collect (listed (list (quoted name) (quoted-all value))))))

(defun number-or-text (code)
  (let ((number (if (integerp code) code (ignore-errors (parse-integer code)))))
    (if number (text number) (quoted code))))

(defun tell (type &rest members)
  "Sends one message, whose payload has those MEMBERS: names, each before its value in JSON."
  (ignore-errors ; Without a reader there is nobody to tell.
   (flet ((put (&rest texts)
            (dolist (text texts) (write-string text *control*))))
     (put "{\"type\":\"" type "\",\"payload\":{")
     (loop for (name value . more) on members by #'cddr
           do (put "\"" name "\":" value (if more "," "")))
     (put "}}")
     (terpri *control*)
     (finish-output *control*)))
  (values))

;;; What a script can say

(defun param (name &optional default)
  "The parameter of that name."
  (values (gethash name *params* default)))

(defun status (code &optional message)
  (tell "status" "value" (number-or-text code))
  (when message (status-message message))
  (values))

(defun status-message (message)
  (tell "statusMessage" "value" (quoted message)))

(defun set-header (name value)
  "Sets a header, with a list of values several of them."
  (tell "setHeader" "name" (quoted name) "value" (quoted-all value)))

(defun append-header (name value)
  (tell "appendHeader" "name" (quoted name) "value" (quoted-all value)))

(defun remove-header (name)
  (tell "removeHeader" "name" (quoted name)))

(defun write-head (code &optional message headers)
  "Status, message and headers at once: (write-head 201 \"Made\" '((\"X-A\" . \"b\")))."
  (when (listp message) (shiftf headers message nil))
  (tell "writeHead" "code" (number-or-text code) "message" (if message (quoted message) "null")
                    "headers" (fields headers)))

(defun add-trailers (trailers)
  (tell "addTrailers" "trailers" (fields trailers)))

(defun log-message (&rest words)
  "Writes a line to the server's log."
  (tell "log" "text" (quoted (format nil "~{~a~^ ~}" words))))

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
  (with-open-stream (document (open-document))
    (loop initially (unless (peek-char nil document nil) (sb-ext:exit :code 1 :abort t))
          for line = (read-line document nil)
          while line
          do (take line)))
  (forget-variable "STACK_REQUEST")
  (close-descriptor 4)
  (setf (gethash "deadline" *req*) (parse-integer (gethash "deadline" *req* "") :junk-allowed t)))

(defun take (line)
  "A section ends at the first dot of the line, and in that of the request a table such as req.headers at the second."
  (declare (type (simple-array character (*)) line))
  (let* ((tab (position #\Tab line))
         (dot (position #\. line))
         (name (unescape (subseq line (1+ dot) tab)))
         (value (unescape (subseq line (1+ tab)))))
    (case (char line 0)
      (#\e (set-variable name value))
      (#\p (setf (gethash name *params*) value))
      (#\s (setf (gethash name *service*) value))
      (#\r (let ((dot (position #\. name)))
             (if dot
                 (setf (gethash (subseq name (1+ dot)) (gethash (subseq name 0 dot) *req*)) value)
                 (setf (gethash name *req*) value))))
      (t (when (char= (char line 1) #\i) ; files, where flat has the names of variables
           (setf (gethash name *files*) value))))))

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
  (setf *params* (table) *req* (table) *files* (table) *service* (table) *input* *req*
        *complete* nil
        (gethash "headers" *req*) (table)
        (gethash "connection" *req*) (table)
        (gethash "params" *req*) *params*))

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
  (tell "error" "error" (quoted (substitute #\Space #\Newline reason))))

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
    (tell "end")))

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
