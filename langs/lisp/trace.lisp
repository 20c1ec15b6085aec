;;; Where an uncaught error is: loaded when there is one.

(in-package :stack)

(defun line-of (text index path)
  "The line of the part that PATH leads to in the form of that INDEX, or of the nearest form around it."
  (with-input-from-string (stream text)
    (skip-shebang stream)
    (loop repeat index do (skip-form stream))
    (skip-blanks stream)
    (loop with start = (file-position stream)
          for step in path
          while (eql (skip-blanks stream) #\()
          do (read-char stream)
             (loop repeat step do (skip-form stream))
             (skip-blanks stream)
             (setf start (file-position stream))
          finally (return (1+ (count #\Newline text :end start))))))

(defun path-of (text index location)
  "The way from a form of the file to what was called in it; SBCL counts the forms in it."
  (let ((form (with-input-from-string (stream text)
                (skip-shebang stream)
                (loop repeat index do (skip-form stream))
                (read stream))))
    (butlast (rest (aref (sb-di:form-number-translations form index)
                         (sb-di:code-location-form-number location))))))

(defvar *loaded* nil "The file whose form is being run, until that form was met.")

(defun place-of (frame)
  "File and line of a frame of the script, and nothing for the frames of SBCL and of the bridge."
  (let* ((location (sb-di:frame-code-location frame))
         (file (sb-c::debug-source-namestring (sb-di:code-location-debug-source location))))
    (multiple-value-bind (name arguments) (sb-debug::frame-call frame)
      (cond ((eq name 'sb-impl::eval-tlf)
             (let ((file (shiftf *loaded* nil)))
               (and file (format nil "~a:~d" file (line-of (text-of file) (second arguments) '())))))
            ((and file (not (starts-with *folder* file)) (probe-file file))
             (let ((text (text-of file))
                   (index (sb-di:code-location-toplevel-form-offset location)))
               (format nil "~a:~d" file (line-of text index (ignore-errors (path-of text index location))))))))))

(defun called (frame)
  "What a frame ran, in one short line."
  (let ((*print-length* 5) (*print-level* 2) (*print-pretty* nil) (*print-readably* nil))
    (multiple-value-bind (name arguments) (sb-debug::frame-call frame)
      (let ((line (substitute #\Space #\Newline
                              (prin1-to-string
                               (if (eq name 'sb-impl::eval-tlf) (first arguments) (cons name arguments))))))
        (subseq line 0 (min (length line) 100))))))

(defun show-trace (stream)
  "The frames of the script, the innermost first."
  (let ((number -1)
        (*loaded* (and *load-truename* (namestring *load-truename*))))
    (block nil
      (sb-debug::map-backtrace
       (lambda (frame)
         (when (eq (sb-di:debug-fun-name (sb-di:frame-debug-fun frame)) 'main) (return))
         (let ((place (ignore-errors (place-of frame))))
           (when place
             (format stream "~&~d: ~a at ~a~%" (incf number) (ignore-errors (called frame)) place))))))))
