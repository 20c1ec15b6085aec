;;; Loads the user's file by path, waits for its request, runs it, and ends the process.
;;;
;;; Whatever can be done without the request is done before it is read, so that the same bridge can be started ahead.
;;; JSON stands for itself: an object is an alist with strings for keys, an array a vector, null the symbol null.

(define-module (%stack)
  #:use-module (ice-9 binary-ports)
  #:use-module (rnrs bytevectors)
  ;; What scripts call.
  #:export (hook-ref hook-status hook-status-message hook-header hook-set-header hook-append-header
            hook-remove-header hook-write-head hook-trailer hook-add-trailers hook-write hook-json hook-end hook-log))

;;; What a script is given

(define hook '())

;; (hook-ref 'params "l" 0): a value of the tree by its path, or #f.
(define (hook-ref . path)
  (let loop ((value hook) (path path))
    (cond ((null? path) value)
          ((vector? value)
           (let ((index (car path)))
             (and (exact-integer? index) (< -1 index (vector-length value))
                  (loop (vector-ref value index) (cdr path)))))
          ((and (pair? value) (assoc (text (car path)) value))
           => (lambda (entry) (loop (cdr entry) (cdr path))))
          (else #f))))

;; (hook-status 404) or (hook-status 404 "Not Here")
(define* (hook-status code #:optional message)
  (send "status" `(("value" . ,code)))
  (when message (hook-status-message message)))

(define (hook-status-message message)
  (send "statusMessage" `(("value" . ,(text message)))))

;; (hook-header NAME VALUE ...) sets it, with several values as several lines, or adds one more Set-Cookie.
(define (hook-header name . values)
  (if (string-ci=? (text name) "set-cookie")
      (apply hook-append-header name values)
      (send-header "setHeader" name values)))

(define hook-set-header hook-header)

(define (hook-append-header name . values)
  (send-header "appendHeader" name values))

(define (hook-remove-header name)
  (send "removeHeader" `(("name" . ,(text name)))))

;; (hook-write-head 201 "Made" '(("X-A" . "b"))); the message may be #f.
(define* (hook-write-head code #:optional message (headers '()))
  (for-each note (map car headers))
  (send "writeHead"
        `(("code" . ,code) ("message" . ,(if message (text message) 'null)) ("headers" . ,(fields headers)))))

(define (hook-trailer name value)
  (hook-add-trailers `((,name . ,value))))

(define (hook-add-trailers trailers)
  (send "addTrailers" `(("trailers" . ,(fields trailers)))))

;; Sends text or bytes at once.
(define (hook-write data)
  (if (bytevector? data)
      (put-bytevector (current-output-port) data)
      (display data))
  (force-output))

;; Sends a value as indented JSON, under a type of its own unless there is one already.
(define (hook-json value)
  (let ((json (scheme->json value "\n")))
    (unless typed? (hook-header "Content-Type" "application/json"))
    (hook-write (string-append json "\n"))))

;; Sends the last of the body, text with a line break after it, and completes the response.
(define* (hook-end #:optional data)
  (when data
    (hook-write data)
    (unless (bytevector? data) (newline)))
  (flush)
  (finish)
  (exit 0))

(define (hook-log . words)
  (send "log" `(("text" . ,(string-join (map text words) " ")))))

;;; Messages to the server

(define control #f)
;; How many bytes were written before the script's own.
(define told 0)
(define typed? #f)

(define (send type payload)
  (let* ((message (scheme->json `(("type" . ,type) ("payload" . ,payload)) #f))
         (line (string->utf8 (string-append message "\n"))))
    ;; Nobody listens any more, or the script closed the descriptor.
    (false-if-exception
     (begin
       (unless control (set! control (fdopen 3 "w0")))
       (put-bytevector control line)
       (force-output control)
       (set! told (and told (+ told (bytevector-length line))))))))

(define (send-header type name values)
  (note name)
  (let ((values (concatenate values)))
    (send type `(("name" . ,(text name)) ("value" . ,(list->vector (map text values)))))))

;; Values that are lists are several.
(define (concatenate values)
  (apply append (map (lambda (value) (if (list? value) value (list value))) values)))

(define (note name)
  (when (string-ci=? (text name) "content-type") (set! typed? #t)))

;; Fields as pairs, since a name may come more than once.
(define (fields alist)
  (list->vector (map (lambda (field) (vector (text (car field)) (text (cdr field)))) alist)))

(define (text value)
  (cond ((string? value) value)
        ((symbol? value) (symbol->string value))
        ((number? value) (number->string value))
        (else (call-with-output-string (lambda (port) (display value port))))))

;;; JSON

(define (json->scheme json)
  (define end (string-length json))
  (define position 0)
  ;; Where the next backslash stands, so that no part of the text is searched twice for it.
  (define escape -1)

  (define (advance) (set! position (+ position 1)))

  (define (peek)
    (let ((character (string-ref json position)))
      (if (memv character '(#\space #\newline #\tab #\return))
          (begin (advance) (peek))
          character)))

  (define (value)
    (case (peek)
      ((#\") (word))
      ((#\{) (elements #\} member))
      ((#\[) (list->vector (elements #\] value)))
      (else (literal))))

  (define (elements bracket element)
    (advance)
    (if (char=? (peek) bracket)
        (begin (advance) '())
        (let loop ((list (list (element))))
          (let ((separator (peek)))
            (advance)
            (if (char=? separator bracket)
                (reverse! list)
                (loop (cons (element) list)))))))

  (define (member)
    (peek)
    (let ((name (word)))
      (peek)
      (advance)
      (cons name (value))))

  (define (literal)
    (let* ((stop (or (string-index json (char-set #\, #\} #\] #\space #\newline #\tab #\return) position) end))
           (word (substring json position stop)))
      (set! position stop)
      (cond ((string=? word "true") #t)
            ((string=? word "false") #f)
            ((string=? word "null") 'null)
            ;; A number beyond what Guile reads stays text.
            (else (or (false-if-exception (string->number word)) word)))))

  (define (word)
    (advance)
    (let ((start position))
      (let loop ((quote (string-index json #\" start)))
        (when (< escape position)
          (set! escape (or (string-index json #\\ position) end)))
        (cond ((< quote escape)
               (set! position (+ quote 1))
               (let ((word (substring json start quote)))
                 (if (string-index word #\\) (unescape word) word)))
              (else
               (set! position (+ escape 2))
               (loop (if (< quote position) (string-index json #\" position) quote)))))))

  (value))

(define (unescape word)
  (define end (string-length word))
  (define (unit position) (string->number (substring word position (+ position 4)) 16))
  (let loop ((position 0) (pieces '()))
    (let ((escape (string-index word #\\ position)))
      (if (not escape)
          (string-concatenate-reverse pieces (substring word position))
          (let ((pieces (cons (substring word position escape) pieces))
                (letter (string-ref word (+ escape 1))))
            (define (next width character) (loop (+ escape width) (cons (string character) pieces)))
            (case letter
              ((#\n) (next 2 #\newline))
              ((#\t) (next 2 #\tab))
              ((#\r) (next 2 #\return))
              ((#\b) (next 2 #\backspace))
              ((#\f) (next 2 #\page))
              ((#\u)
               (let* ((high (unit (+ escape 2)))
                      (low (and (<= #xd800 high #xdbff) (<= (+ escape 12) end)
                                (string=? (substring word (+ escape 6) (+ escape 8)) "\\u")
                                (unit (+ escape 8)))))
                 (cond ((and low (<= #xdc00 low #xdfff))
                        (next 12 (integer->char (+ #x10000 (* 1024 (- high #xd800)) (- low #xdc00)))))
                       ;; Half of a surrogate pair is no character.
                       ((<= #xd800 high #xdfff) (next 6 #\xfffd))
                       (else (next 6 (integer->char high))))))
              (else (next 2 letter))))))))

;; JSON on one line or, when given a line break, indented by two spaces.
(define (scheme->json value break)
  (define inner (and break (string-append break "  ")))
  (define (enclose open items close)
    (if (null? items)
        (string-append open close)
        (string-append open (or inner "") (string-join items (string-append "," (or inner ""))) (or break "") close)))
  (define (member entry)
    (string-append (quote-json (text (car entry))) (if break ": " ":") (scheme->json (cdr entry) inner)))
  (cond ((string? value) (quote-json value))
        ((eq? value #t) "true")
        ((eq? value #f) "false")
        ((and (real? value) (finite? value))
         (number->string (if (integer? value) value (exact->inexact value))))
        ((vector? value)
         (enclose "[" (map (lambda (item) (scheme->json item inner)) (vector->list value)) "]"))
        ((and (list? value) (and-map pair? value)) (enclose "{" (map member value) "}"))
        ((list? value) (scheme->json (list->vector value) break))
        ((hash-table? value) (scheme->json (hash-map->list cons value) break))
        ((eq? value 'null) "null")
        ((symbol? value) (quote-json (symbol->string value)))
        (else (error "JSON has no such value:" value))))

(define special (char-set-adjoin (ucs-range->char-set 0 32) #\" #\\ #\delete))

(define (quote-json word)
  (define (escape character)
    (case character
      ((#\") "\\\"")
      ((#\\) "\\\\")
      ((#\newline) "\\n")
      (else (let ((digits (number->string (char->integer character) 16)))
              (string-append "\\u" (string-pad digits 4 #\0))))))
  (let loop ((position 0) (pieces '("\"")))
    (let ((place (string-index word special position)))
      (if place
          (loop (+ place 1)
                (cons* (escape (string-ref word place)) (substring word position place) pieces))
          (string-concatenate-reverse (cons* "\"" (substring word position) pieces))))))

;;; The script as compiled code, from the bridge's own folder while no file that went into it has changed

;; A file that changed this lately could change again without its times showing it.
(define settled 3)
;; How many compiled scripts are kept. Two that meet in one place replace each other.
(define places 1021)

;; The script as a thunk.
(define (load-script path)
  (let ((place (format #f "~a/~a.code" folder (string-hash path places))))
    (or (false-if-exception (kept place path))
        (let ((code (compile path)))
          (false-if-exception (keep place path code))
          (set! told (written))
          (code->thunk code)))))

(define (code->thunk code)
  ((@ (system vm loader) load-thunk-from-memory) code))

;; Level 1 makes code within milliseconds; the next one could take longer than a request may.
(define (compile path)
  (call-with-input-file path
    (lambda (port)
      ((@ (system base compile) read-and-compile)
       port #:from 'scheme #:to 'bytecode #:env (resolve-module '(guile-user))
       #:optimization-level 1 #:warning-level 0 #:opts '()))
    #:guess-encoding #t #:encoding "UTF-8"))

;; The compiled script, if it was made by this Guile from these files.
(define (kept place path)
  (call-with-input-file place
    (lambda (port)
      (let ((made (read port)))
        (get-u8 port)
        (and (equal? (car made) (circumstances path))
             (and-map (lambda (file) (equal? (cdr file) (stamp (car file)))) (cdr made))
             (code->thunk (get-bytevector-all port)))))
    #:encoding "UTF-8"))

(define (keep place path code)
  (let* ((files (cons path (module-files)))
         (made (cons (circumstances path) (map (lambda (file) (cons file (stamp file))) files)))
         (draft (format #f "~a.~a" place (getpid))))
    (when (and (and-map settled? files) (not (includes? path)))
      (call-with-output-file draft
        (lambda (port)
          (write made port)
          (newline port)
          (put-bytevector port code))
        #:encoding "UTF-8")
      (rename-file draft place))))

(define (circumstances path)
  (list path (version) %load-path))

(define (stamp path)
  (let ((file (stat path)))
    (list (stat:dev file) (stat:ino file) (stat:size file)
          (stat:mtime file) (stat:mtimensec file) (stat:ctime file) (stat:ctimensec file))))

(define (settled? path)
  (let ((file (stat path)))
    (> (- (current-time) (max (stat:mtime file) (stat:ctime file))) settled)))

;; The files of the loaded modules that are not Guile's own: their macros and procedures may be part of the code.
(define (module-files)
  (let loop ((module (resolve-module '() #f)) (files '()))
    (hash-fold
     (lambda (name module files)
       (let ((file (and (module-filename module)
                        (%search-load-path (string-join (map symbol->string (module-name module)) "/")))))
         (loop module (if (and file (not (string-prefix? (%library-dir) file))) (cons file files) files))))
     files
     (module-submodules module))))

;; Whether other files may be part of the script without being modules.
(define (includes? path)
  (string-contains (file-text path) "include"))

;;; The request document

;; Reads it to its end, blocks for as long as there is none, and defines what the script is given.
(define (receive module)
  (let* ((place (or (getenv "STACK_REQUEST") "/dev/fd/4"))
         (bytes (file-bytes place)))
    (unsetenv "STACK_REQUEST")
    (when (eof-object? bytes) (primitive-exit 1))
    (when (string-prefix? "/dev/fd/" place)
      (close-fdes (string->number (substring place 8))))
    (let* ((document (json->scheme (utf8->string bytes)))
           (params (assoc-ref document "params"))
           (request (append (assoc-ref document "req") `(("params" . ,params)))))
      (for-each set-environment (assoc-ref document "env"))
      (set! hook
            `(("params" . ,params) ("env" . ,(map environment-entry (environ))) ("req" . ,request)
              ("input" . ,request) ("service" . ,(assoc-ref document "service"))
              ("files" . ,(assoc-ref document "files"))))
      (for-each (lambda (name) (module-define! module name hook)) '(hook Hook service))
      (for-each
       (lambda (entry)
         (module-define! module (symbol-append 'Hook_params_ (string->symbol (car entry))) (cdr entry))
         (module-define! module (symbol-append 'hook_params_ (string->symbol (car entry))) (cdr entry)))
       (assoc-ref document "flat")))))

(define (file-bytes path)
  (call-with-input-file path get-bytevector-all #:binary #t))

(define (file-text path)
  (utf8->string (file-bytes path)))

;; The environment cannot hold a NUL.
(define (set-environment entry)
  (unless (string-index (cdr entry) #\nul)
    (setenv (car entry) (cdr entry))))

(define (environment-entry entry)
  (let ((place (or (string-index entry #\=) (string-length entry))))
    (cons (substring entry 0 place) (substring entry (min (+ place 1) (string-length entry))))))

;;; Modules that are loaded while the request is still to come

;; Those that are named to a process that waits, and where forks will share them those of the script too.
(define (load-ahead path)
  (let ((words (string-tokenize (or (getenv "STACK_AHEAD") ""))))
    (unsetenv "STACK_AHEAD")
    (unless (null? words)
      ;; A fork server has it, so that there is no thread but one.
      (when (equal? (car words) "fork") (unsetenv "GC_MARKERS"))
      (when (equal? (list-head words 2) '("fork" "scan"))
        (false-if-exception (for-each load-used (call-with-input-file path read-all))))
      (for-each load-named (list-tail words 2)))))

(define (load-named name)
  (unless (load-module (map string->symbol (string-split name #\/)))
    (format (current-error-port) "~a cannot be loaded ahead~%" name)))

(define (read-all port)
  (let loop ((forms '()))
    (let ((form (read port)))
      (if (eof-object? form) (reverse forms) (loop (cons form forms))))))

(define (load-used form)
  (when (and (pair? form) (memq (car form) '(use-modules import)))
    (for-each (lambda (spec) (load-module (if (pair? (car spec)) (car spec) spec))) (cdr form))))

(define (load-module name)
  (false-if-exception (resolve-interface name)))

;;; From the start to the end

;; Where the bridge stands.
(define folder #f)

(define (main)
  (let* ((words (speak))
         (path (cadr words))
         (module (resolve-module '(guile-user))))
    (set! folder (dirname (car words)))
    (set-program-arguments (cdr words))
    (set! %load-should-auto-compile (not (equal? (getenv "GUILE_AUTO_COMPILE") "0")))
    (let ((status (run (lambda ()
                         (let ((thunk (load-script path)))
                           (load-ahead path)
                           (receive module)
                           (module-use! module (resolve-interface '(%stack)))
                           (set-current-module module)
                           (thunk))))))
      (flush)
      (when (and (zero? status) (childless?))
        (finish))
      (primitive-exit status))))

;; What the standard ports were before the script could change them.
(define output (current-output-port))
(define errors (current-error-port))

;; UTF-8 whatever the locale, in which Guile has read the arguments already; the arguments.
(define (speak)
  (let ((utf-8? (string-contains-ci (setlocale LC_CTYPE) "utf")))
    (unless utf-8? (false-if-exception (setlocale LC_CTYPE "C.UTF-8")))
    (fluid-set! %default-port-encoding "UTF-8")
    ;; Guile loads the bridge with another rule for the names of files, which costs a dozen system calls a file.
    (fluid-set! %file-port-name-canonicalization #f)
    (for-each (lambda (port) (set-port-encoding! port "UTF-8")) (list (current-input-port) output errors))
    (setvbuf output 'line)
    (or (and (not utf-8?)
             (false-if-exception
              (let ((words (file-text "/proc/self/cmdline")))
                (list-tail (string-split (string-drop-right words 1) #\nul)
                           (- (string-count words #\nul) (length (command-line)))))))
        (command-line))))

;; Runs it; the exit status.
(define (run thunk)
  (catch 'quit
    (lambda ()
      (with-throw-handler #t thunk report)
      0)
    (lambda (key . arguments)
      (cond ((null? arguments) 0)
            ((exact-integer? (car arguments)) (logand (car arguments) 255))
            ((car arguments) 0)
            (else 1)))))

;; Prints an uncaught error as Guile does, without the frames of the bridge and of Guile itself, and exits.
(define (report key . arguments)
  (unless (eq? key 'quit)
    (let ((frames (filter script-frame? (stack->list (make-stack #t)))))
      (flush)
      ;; The server takes an error that follows the first bytes closely for one that came before them.
      (when (silent?)
        (send "error" `(("error" . ,(message key arguments)))))
      (unless (null? frames)
        (display "Backtrace:\n" errors)
        ((@ (system repl debug) print-frames) (list->vector frames) errors)
        (newline errors))
      (print-exception errors (and (pair? frames) (car frames)) key arguments)
      (primitive-exit 1))))

(define (message key arguments)
  (let ((printed (call-with-output-string (lambda (port) (print-exception port #f key arguments)))))
    (string-join (string-tokenize printed (char-set-complement (char-set #\newline))) " ")))

(define (stack->list stack)
  (map (lambda (index) (stack-ref stack index)) (iota (stack-length stack))))

(define (script-frame? frame)
  (let ((file (and=> (frame-source frame) cadr)))
    (and file
         (not (string-prefix? folder file))
         (not (file-exists? (string-append (%library-dir) "/" file))))))

;; Whether nothing was written but messages. The collector wakes its own thread by a byte now and then.
(define (silent?)
  (and (= 0 (port-line output) (port-column output))
       told
       (let ((count (written)))
         (and count (<= 0 (- count told) 16)))))

;; How many bytes the process has written, or #f where the kernel does not tell.
(define (written)
  (false-if-exception
   (let* ((counts (file-text "/proc/self/io"))
          (start (+ (string-contains counts "wchar: ") 7)))
     (string->number (substring counts start (string-index counts #\newline start))))))

(define (flush)
  (false-if-exception (force-output output))
  (flush-all-ports))

(define finished? #f)

;; Says once that the response is complete and successful.
(define (finish)
  (unless finished?
    (set! finished? #t)
    (send "end" '())))

;; Whether there is no child left that could still write to the body.
(define (childless?)
  (catch 'system-error
    (lambda ()
      (let loop ()
        (and (not (zero? (car (waitpid WAIT_ANY WNOHANG))))
             (loop))))
    (const #t)))
