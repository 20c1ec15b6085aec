(display (hook-ref 'params "v"))
