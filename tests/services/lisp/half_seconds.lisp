(loop for count from 1 to 3
      do (unless (= count 1) (sleep 0.5))
         (format t "~d~%" count))
