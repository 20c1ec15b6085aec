counter = :persistent_term.get(:counter, 0) + 1
:persistent_term.put(:counter, counter)
IO.write("#{counter} #{System.pid()}")
