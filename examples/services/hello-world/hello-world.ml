(* stack ./hello-world.ml
   curl http://127.0.0.1:3000/ *)

let () = print_endline "hello world"
