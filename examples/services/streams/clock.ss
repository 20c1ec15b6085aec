; stack ./clock.ss
; curl 'http://127.0.0.1:3000/?count=3'

(define count (simple-format #f "~A" (or (hook-ref 'params "count") 10)))

(unless (and (string-every char-set:digit count) (< 0 (string-length count) 7))
  (hook-status 400)
  (hook-end "count is a number up to 999999"))

(do ((tick 0 (+ tick 1)))
    ((= tick (string->number count)))
  (when (> tick 0)
    (usleep 500000))
  (display (strftime "%H:%M:%S\n" (localtime (current-time)))))
