(* A program can be nothing at all. *)
