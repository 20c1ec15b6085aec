let counter = ref 0

let () =
  incr counter;
  Printf.printf "%d %d" !counter (Unix.getpid ())
