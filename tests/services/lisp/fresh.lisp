(defvar *counter* 0)
(format t "~d ~d" (incf *counter*) (sb-unix:unix-getpid))
