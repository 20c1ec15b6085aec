(for-each
 (lambda (path)
   (display (apply hook-ref 'req path))
   (newline))
 '((method) (url) (path) (query) (headers "x-a") (host) (httpVersion) (connection remoteAddress) (id) (deadline)
   (params "a")))
