(write-string (param "v"))
