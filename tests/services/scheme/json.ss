(hook-json '(("a" . #(1 1.5 #t null)) ("b" . "é \"\n") ("c" . ())))
