let rec answer () =
  match input_line stdin with
  | line -> Printf.printf "got %s\n" line; answer ()
  | exception End_of_file -> ()

let () = answer ()
