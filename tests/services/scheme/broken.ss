; The third line does not parse.
(define greeting "hello world")
(display (string-upcase greeting)))
